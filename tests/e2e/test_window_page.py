"""The lesson on windows as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.analysis.receptive.bottleneck import bottleneck
from viz_models.analysis.receptive.windows import windows
from viz_models.digits import percent
from viz_models.records import BottleneckSpec, WindowSpec

pytestmark = pytest.mark.e2e


def value(page: Page, title: str, label: str) -> str:
    """The right-hand side of a line of a card."""
    card = page.get_by_test_id("ledger").filter(has_text=title)
    row = card.locator(".row").filter(has=page.locator("dt", has_text=label))
    return row.first.locator(".value").inner_text()


def press(page: Page, key: str, *keys: str):
    """Move the slider of that URL parameter by its keys."""
    for pressed in keys:
        page.locator(f".st-key-{key} input[type=range]").press(pressed)
        wait_until_idle(page)


def test_the_answer_and_the_card_follow_the_sliders(server, page):
    visit(page, f"{server.url}/window")
    for spec, key, keys in (
        (WindowSpec(), "windows", ()),
        (WindowSpec(layers=4), "windows", ("ArrowRight",)),
        (WindowSpec(layers=4, dilation=2), "window_dilation", ("ArrowRight",)),
    ):
        press(page, key, *keys)
        found = windows(spec)
        weights = f"{found.stack.parameters:,} → {found.single.parameters:,}"
        assert value(page, "The price of the same view", "weights") == weights
        seen = f"{found.stack.seen} → {found.single.seen}"
        assert value(page, "The price of the same view", "pixels that count") == seen
        expect(page.get_by_text(f"{percent(found.stack.middle)} of a fresh stack")).to_be_visible()
    assert in_the_address_bar(page) == {"windows": "4", "window_dilation": "2"}
    reload(page)
    assert value(page, "The price of the same view", "pixels that count") == seen


def test_what_would_reach_too_far_is_said(server, page):
    visit(page, f"{server.url}/window?windows=6&window=7&window_dilation=2")
    expect(
        page.get_by_text("6 windows would reach beyond 31 pixels; 2 stay within")
    ).to_be_visible()
    assert value(page, "The price of the same view", "sees, by gradient") == "25×25 → 25×25"


def test_the_bottleneck_of_another_stage(server, page):
    visit(page, f"{server.url}/window?resnet_block=layer3.1")
    press(page, "ratio", "ArrowRight")
    found = bottleneck(BottleneckSpec(stage=3, reduce=8))
    title = "Weights, convolution by convolution"
    assert value(page, title, "bottleneck with its norms") == f"{found.narrow.parameters:,}"
    assert value(page, title, "basic with its norms") == f"{found.basic.parameters:,}"
    expect(page.get_by_text("1024 become 128 here")).to_be_visible()
