"""The builder: knobs that redraw, that move to what fits, links that restore, code that runs."""

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    red_boxes,
    visit,
    wait_until_idle,
)
from viz_models.analysis.pricing.price import price
from viz_models.models.builder.presets import PRESETS
from viz_models.records import ConvSpec

pytestmark = pytest.mark.e2e
SETTLED = 60_000  # ms: five seeds of seven networks


def cost(page: Page, label: str) -> str:
    row = page.locator(".ledger .row").filter(has=page.locator("dt", has_text=re.compile(label)))
    return row.first.locator(".value").inner_text()


def drag(page: Page, label: str, *, keys: str, times: int = 1) -> None:
    slider = page.get_by_role("slider", name=re.compile(label)).first
    slider.focus()
    for _ in range(times):
        page.keyboard.press(keys)
    wait_until_idle(page, timeout_ms=SETTLED)


def boxes(page: Page) -> int:
    return page.locator(".flow .box").count()


def test_a_dragged_slider_redraws_the_network_and_its_price(server, page):
    visit(page, f"{server.url}/build?depth=4", timeout_ms=SETTLED)
    assert boxes(page) == 4 + 3
    before = price(ConvSpec(depths=(4,), groups=4, branch_scale="depth"))
    assert cost(page, "^parameters") == f"{before.parameters:,}"
    drag(page, "depth", keys="ArrowRight")
    assert boxes(page) == 5 + 3
    after = price(ConvSpec(depths=(5,), groups=4, branch_scale="depth"))
    assert cost(page, "^parameters") == f"{after.parameters:,}"
    assert in_the_address_bar(page)["depth"] == "5"
    assert red_boxes(page) == []


def test_a_choice_that_no_longer_fits_moves_and_says_so(server, page):
    visit(page, f"{server.url}/build?depth=3&width=16&conv_groups=16", timeout_ms=SETTLED)
    drag(page, "width", keys="ArrowLeft")  # 12 channels
    expect(page.get_by_text("groups: 16 → 12")).to_be_visible()
    assert in_the_address_bar(page)["conv_groups"] == "12"


def test_a_link_restores_everything(server, page, new_page):
    visit(
        page,
        f"{server.url}/build?depth=3&race=activation+scale&part=stages.0.1",
        timeout_ms=SETTLED,
    )
    page.get_by_role("radio", name="BN", exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    other = new_page()
    visit(other, page.url, timeout_ms=SETTLED)
    assert cost(other, "^parameters") == cost(page, "^parameters")
    assert other.locator(".flow[data-step='stages.0.1']").count() == 1
    expect(other.get_by_role("radio", name="BN", exact=True)).to_be_checked()


def test_forged_values_meet_the_same_checks(server, page):
    address = "/build?depth=9999&width=-3&conv_groups=nan&kernel=8&net_norm=magic&act=%3Cb%3E"
    visit(page, server.url + address, timeout_ms=SETTLED)
    assert red_boxes(page) == []
    assert boxes(page) > 3


def test_too_large_is_said_with_the_limit_and_the_nearest_that_fits(server, page):
    visit(page, f"{server.url}/build?preset=VGG-11", timeout_ms=SETTLED)
    expect(page.get_by_text("132.9 M parameters")).to_be_visible()
    assert cost(page, "^parameters") == f"{price(PRESETS['vgg11']).parameters:,}"
    page.get_by_role("button", name="Use the nearest that fits").click()
    wait_until_idle(page, timeout_ms=2 * SETTLED)
    expect(page.get_by_text("132.9 M parameters")).to_have_count(0)
    assert red_boxes(page) == []


def test_a_depth_that_is_refused_still_shows_every_block_and_its_shapes(server, page):
    visit(page, f"{server.url}/build?depth=64", timeout_ms=SETTLED)
    expect(page.get_by_text("65 convolutions")).to_be_visible()
    assert boxes(page) == 64 + 3
    stage = page.locator(".flow .stage").bounding_box()
    fronts = [f.bounding_box() for f in page.locator(".flow .box .front").all()]
    assert min(f["x"] for f in fronts) >= stage["x"]
    assert max(f["x"] + f["width"] for f in fronts) <= stage["x"] + stage["width"] + 1
    expect(page.get_by_text("Not built.")).to_be_visible()
    expect(page.get_by_test_id("sheet")).to_be_visible()
    page.get_by_role("button", name="Use the nearest that fits").click()
    wait_until_idle(page, timeout_ms=2 * SETTLED)
    assert boxes(page) == 63 + 3


def test_one_block_has_one_number_on_the_whole_page(server, page):
    visit(
        page, f"{server.url}/build?net=Transformer&part=layers.3&seeds=1+seed", timeout_ms=SETTLED
    )
    label = page.locator(".flow [data-step-name='layers.3']")
    expect(label).to_contain_text("4")
    card = page.locator(".ledger").filter(has_text="cosine between them")
    expect(card).to_contain_text("block 4, attention")
    expect(card).to_contain_text("block 4, FFN")
    expect(card).not_to_contain_text("block 7")


@pytest.mark.parametrize("family", ["MLP", "Transformer"])
def test_the_other_families_are_a_click_away(server, page, family):
    visit(page, f"{server.url}/build?depth=3", timeout_ms=SETTLED)
    page.get_by_role("radio", name=family, exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    assert red_boxes(page) == []
    expect(page.get_by_text("Gradient race")).to_be_visible()
    assert in_the_address_bar(page)["net"] == family


def test_the_file_that_is_taken_home_runs(server, page, tmp_path):
    visit(page, f"{server.url}/build?depth=3", timeout_ms=SETTLED)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Script (Python)").click()
    path = tmp_path / "net.py"
    waiting.value.save_as(path)
    assert "viz_models" not in path.read_text(encoding="utf-8")
    check = "import json, net; m = net.make_model(); print(sum(p.numel() for p in m.parameters()))"
    run = subprocess.run(
        [sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    spec = ConvSpec(depths=(3,), groups=4, branch_scale="depth")
    assert json.loads(run.stdout) == price(spec).parameters
