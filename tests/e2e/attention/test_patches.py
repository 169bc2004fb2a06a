"""The lesson on images as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.analysis.attention.patches import digit_attention
from viz_models.training.data import sets as data

pytestmark = pytest.mark.e2e


def open_lesson(page: Page, server, path="patches"):
    """The lesson with image and heads drawn."""
    visit(page, f"{server.url}/{path}")
    expect(page.locator("canvas.cells")).to_have_count(4, timeout=30_000)
    expect(page.get_by_test_id("ledger")).to_have_count(2, timeout=30_000)


def click(page: Page, group: str, across: float, down: float):
    """Click a picture at a share of its width and height."""
    canvas = page.locator(f'canvas[data-group="{group}"]')
    box = canvas.bounding_box()
    canvas.click(position={"x": across * box["width"], "y": down * box["height"]})
    wait_until_idle(page)


def test_a_patch_that_is_clicked_asks(server, page):
    open_lesson(page, server)
    click(page, "weights", 0.62, 0.37)
    expect(page.get_by_text("patch (1, 2) looks most")).to_be_visible()
    digits = data.digits()
    found = digit_attention(digits.test_inputs[0].numpy(), int(digits.test_targets[0]))
    row = found.weights[2, 3, 1 + 1 * 4 + 2]
    card = page.get_by_test_id("ledger").filter(has_text="One row of weights")
    expect(card).to_contain_text(f"{row[0]:.3f}")
    expect(card).to_contain_text(f"{row[1:].sum():.3f}")
    assert in_the_address_bar(page)["patch"] == "0,1,2"
    reload(page)
    expect(page.get_by_text("patch (1, 2) looks most")).to_be_visible(timeout=30_000)


def test_a_click_opens_another_head(server, page):
    open_lesson(page, server)
    click(page, "all", 0.4, 0.15)
    layer, head = map(int, in_the_address_bar(page)["head"].split(",")[:2])
    assert (layer, head) != (2, 3)
    expect(page.get_by_text(f"In layer {layer}, head {head}")).to_be_visible()


def test_without_the_weights_of_vit_nothing_stands_in_for_it(server, page):
    open_lesson(page, server)
    page.get_by_text("vit_b_16", exact=True).click()
    wait_until_idle(page)
    if page.get_by_text("are not on this machine").count():
        expect(page.get_by_role("button", name="Download 330 MB")).to_be_visible()
        expect(page.locator("canvas.cells")).to_have_count(0)
    else:
        expect(page.get_by_text("14×14 patches")).to_be_visible(timeout=30_000)
