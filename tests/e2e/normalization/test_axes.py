"""The lesson on axes: paint, click a value, flip train and eval, share the link."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, line, red_boxes, visit, wait_until_idle
from viz_models.analysis.normalization import activation, cell, normalize
from viz_models.digits import digits
from viz_models.records import NormSpec, SourceSpec

pytestmark = pytest.mark.e2e


def test_every_norm_says_how_many_means_it_takes(server, page):
    visit(page, f"{server.url}/normalize")
    expected = {"BN": "8 means", "LN": "6 means", "IN": "48 means", "LN over C": "384 means"}
    for norm, means in expected.items():
        page.get_by_role("radio", name=norm, exact=True).click()
        expect(page.get_by_text(means, exact=False).first).to_be_visible(timeout=10_000)
        wait_until_idle(page)
        assert in_the_address_bar(page).get("norm", "BN") == norm
    assert red_boxes(page) == []


def test_a_value_is_clicked_and_its_line_equals_torch(server, page):
    visit(page, f"{server.url}/normalize?norm=GN")
    page.get_by_test_id("tiles").first.locator("canvas").first.click(position={"x": 150, "y": 100})
    wait_until_idle(page)
    n, c, y, x = (int(i) for i in in_the_address_bar(page)["cell"].split(","))
    tensor = activation(SourceSpec(channels=8, side=8))
    truth = cell(tensor, normalize(tensor, NormSpec(norm="group")), (n, c, y, x))
    assert truth.agrees
    assert line(page, "^total$") == digits(truth.total, 4)
    assert line(page, "^equals torch") == digits(truth.torch_value, 6)


def test_flipping_to_eval_frees_the_examples_from_each_other(server, page):
    visit(page, f"{server.url}/normalize?cell=1,3,3,4")
    expect(page.get_by_text("30 of 30 pairs touch")).to_be_visible()
    before = line(page, "^total$")
    page.get_by_role("radio", name="eval", exact=True).click()
    expect(page.get_by_text("0 of 30 pairs touch").first).to_be_visible(timeout=10_000)
    wait_until_idle(page)
    assert line(page, "^total$") != before


def test_a_link_opens_the_very_view(server, new_page):
    first = new_page()
    visit(first, f"{server.url}/normalize?norm=LN&cell=4,2,1,0&gamma=2.0")
    total = line(first, "^total$")
    first.get_by_role("button", name="Copy link").click()
    expect(first.get_by_text("Link copied")).to_be_visible()
    link = first.evaluate("navigator.clipboard.readText()")
    second = new_page()
    visit(second, link)
    assert line(second, "^total$") == total


def test_one_value_a_channel_is_refused_by_torch_and_explained(server, page):
    visit(page, f"{server.url}/normalize?tensor=one+value+a+channel")
    expect(page.get_by_text("Expected more than 1 value per channel")).to_be_visible()
    expect(page.get_by_text("nothing of the input is left")).to_be_visible()


def test_a_large_batch_stays_usable(server, page):
    visit(page, f"{server.url}/normalize?tensor=64×64×56×56,+drawn&norm=BN")
    expect(page.get_by_text("all 12,845,056 values equal torch's")).to_be_visible(timeout=20_000)
