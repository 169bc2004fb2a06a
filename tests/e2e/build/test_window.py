"""The lesson on windows as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, press, reload, visit
from viz_models.analysis.build.window import windows
from viz_models.analysis.build.window_bottleneck import bottleneck
from viz_models.digits import percent
from viz_models.records import BottleneckSpec, WindowSpec

pytestmark = pytest.mark.e2e


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
        assert line(card(page, "The cost of the same view"), "weights") == weights
        seen = f"{found.stack.seen} → {found.single.seen}"
        assert line(card(page, "The cost of the same view"), "pixels with a gradient") == seen
        expect(
            page.get_by_text(f"{percent(found.stack.middle)} of the gradient of the stack")
        ).to_be_visible()
    assert in_the_address_bar(page) == {"windows": "4", "window_dilation": "2"}
    reload(page)
    assert line(card(page, "The cost of the same view"), "pixels with a gradient") == seen


def test_what_would_reach_too_far_is_said(server, page):
    visit(page, f"{server.url}/window?windows=6&window=7&window_dilation=2")
    expect(page.get_by_text("6 kernels would see more than 31 pixels")).to_be_visible()
    assert (
        line(card(page, "The cost of the same view"), "receptive field, by gradient")
        == "25×25 → 25×25"
    )


def test_the_bottleneck_of_another_stage(server, page):
    visit(page, f"{server.url}/window?resnet_block=layer3.1")
    press(page, "ratio", "ArrowRight")
    found = bottleneck(BottleneckSpec(stage=3, reduce=8))
    title = "Weights, convolution by convolution"
    assert (
        line(card(page, title), "bottleneck block, norms included")
        == f"{found.narrow.parameters:,}"
    )
    assert line(card(page, title), "basic block, norms included") == f"{found.basic.parameters:,}"
    expect(page.get_by_text("1024 channels become 128")).to_be_visible()
