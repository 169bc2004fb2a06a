"""The lessons on normalization as people use them: a real server, a real Chromium."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    PHONE,
    card,
    in_the_address_bar,
    line,
    press,
    red_boxes,
    reload,
    swipe,
    visit,
    wait_until_idle,
)
from viz_models.analysis import normalization
from viz_models.digits import digits, percent
from viz_models.recordings import norm as recordings_norm
from viz_models.records import NormSpec, Running, RunningSpec, SentenceSpec, SourceSpec

pytestmark = pytest.mark.e2e
DIGITS = SourceSpec(kind="digits", shape=(1797, 1, 1, 1))
PAGES = {
    "batch-size": 1,  # how many charts
    "train-eval": 3,
    "sentences": 1,
    "norm-training": 5,
}


def open_lesson(page: Page, server, path: str):
    """The lesson, with all its charts painted."""
    visit(page, f"{server.url}/{path}")
    charts = page.locator('[data-testid="chart"] .main-svg:first-child')
    expect(charts).to_have_count(PAGES[path.partition("?")[0]], timeout=30_000)


def choose(page: Page, label: str, option: str):
    """Pick an option of a select box."""
    page.get_by_role("combobox", name=re.compile(re.escape(label))).click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_until_idle(page)


def test_a_smaller_batch_is_further_off(server, page):
    open_lesson(page, server, "batch-size")
    found = normalization.batch_error(normalization.activation(DIGITS))
    for size, keys in ((8, ()), (4, ("ArrowRight",))):
        press(page, "n", *keys)
        middle = found.mean_error[list(found.sizes).index(size), 1]
        assert line(card(page, f"A batch of {size}"), "mean is off by") == f"{percent(middle)} of σ"
    assert in_the_address_bar(page)["n"] == "4"


def test_one_example_is_refused_or_becomes_instance_norm(server, page):
    open_lesson(page, server, "batch-size")
    refusal = normalization.alone((1, 8, 1, 1)).refusal
    expect(card(page, "N = 1: 1×8×1×1")).to_contain_text(f"ValueError: {refusal}")
    assert line(card(page, "N = 1: 1×8×8×8"), "InstanceNorm2d") == "0 (exactly)"


def test_running_statistics_are_walked_step_by_step(server, page):
    open_lesson(page, server, "train-eval?step=40&channel=channel+3")
    t = normalization.running(normalization.activation(DIGITS), RunningSpec(shift_at=30))
    for step, keys in ((40, ()), (42, ("ArrowRight", "ArrowRight"))):
        press(page, "step", *keys)
        title = f"Step {step}, channel 3"
        assert line(card(page, title), "running mean") == digits(t.running_mean[step, 3])
        assert line(card(page, title), "batch's mean") == digits(t.batch_mean[step - 1, 3])
        assert line(card(page, title), "eval − train") == digits(t.difference[step - 1], 3)
        assert line(card(page, title), "older data") == percent(0.9 ** (step - 30))
    reload(page)
    expect(card(page, "Step 42, channel 3")).to_be_visible()


def test_frozen_statistics_stay(server, page):
    open_lesson(page, server, "train-eval")
    choose(page, "Frozen", "frozen after step 20")
    expect(page.get_by_text("Frozen after step 20")).to_be_visible()
    before = line(card(page, "Step 38"), "running mean")
    press(page, "step", "ArrowRight")
    assert line(card(page, "Step 39"), "running mean") == before
    assert line(card(page, "Step 39"), "older data") == "100.0 %"


def test_two_values_make_the_two_variances_differ_by_two(server, page):
    open_lesson(page, server, "train-eval?batch=batches+of+2&pixels=1×1+maps&momentum=average")
    assert line(card(page, "Two variances"), "their ratio") == "2"
    assert red_boxes(page) == []


def test_more_padding_moves_batch_norm_and_never_layer_norm_over_c(server, page):
    open_lesson(page, server, "sentences")
    for padding, keys in ((4, ()), (5, ("ArrowRight",))):
        press(page, "padding", *keys)
        truth = normalization.sentences(replace(SentenceSpec(), more_padding=padding)).rows
        cards = page.get_by_test_id("ledger")
        for i, row in enumerate(truth):
            shown = cards.nth(i).locator(".value").all_inner_texts()[1:]
            changes = (row.padding_change, row.neighbor_change)
            assert shown == ["0 (exactly)" if c == 0 else digits(c, 3) for c in changes]
    assert cards.nth(1).locator(".value").all_inner_texts()[1:] == ["0 (exactly)"] * 2


def test_eval_mode_lets_the_whole_gradient_through(server, page):
    open_lesson(page, server, "norm-training")
    title = "Through the norm, backward"
    assert float(line(card(page, title), "slope").replace("−", "-")) == pytest.approx(-1, abs=0.01)
    choose(page, "Norm", "BatchNorm in eval mode")
    assert line(card(page, title), "slope") == "0"
    x = normalization.activation(replace(DIGITS, shape=(8, 1, 1, 1)))
    kept = Running(x.mean((0, 2, 3)), x.var((0, 2, 3)))
    truth = normalization.backward(x, NormSpec(norm="batch", mode="eval"), kept)
    length = truth.gradient_norms[np.flatnonzero(truth.scales == 1.0)[0]]
    assert line(card(page, title), "input × 1") == digits(length)


def test_recorded_runs_say_so_and_count_their_comparisons(server, page):
    open_lesson(page, server, "norm-training")
    grid = recordings_norm.load()
    expect(page.get_by_text(f"recorded run · {grid.provenance.date}")).to_be_visible()
    higher = sum(d.verdict == "higher" for d in grid.differences)
    expect(
        page.get_by_text(f"Of {len(grid.differences)} comparisons with no norm, {higher} come out")
    ).to_be_visible()


def test_table_and_script_are_taken_away(server, page):
    open_lesson(page, server, "train-eval?step=7")
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    text = download.value.path().read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [r["step"] for r in rows] == [str(n) for n in range(1, 61)]
    shown = line(card(page, "Step 7, channel 0"), "running mean").replace("−", "-")
    assert float(rows[6]["running_mean"]) == pytest.approx(float(shown), rel=1e-3)
    page.get_by_role("button", name="Read the script").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("nn.BatchNorm2d(x.shape[1], momentum=0.1)")
    expect(dialog).to_contain_text("for step in range(7):")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_finger_on_a_chart_moves_the_page_or_what_is_wider_than_the_screen(page, server):
    open_lesson(page, server, "norm-training")
    chart = page.locator(".st-key-sideways_accuracy")
    chart.scroll_into_view_if_needed()
    wait_until_idle(page)
    box = chart.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert chart.evaluate("e => e.scrollWidth - e.clientWidth") > 200
    swipe(page, *middle, by=(-200, 0))
    page.wait_for_function("e => e.scrollLeft > 100", arg=chart.element_handle())
    swipe(page, *middle, by=(0, -150))
    page.wait_for_function(
        "([e, y]) => e.getBoundingClientRect().y < y - 80", arg=[chart.element_handle(), box["y"]]
    )
