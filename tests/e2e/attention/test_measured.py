"""Lessons on heads, scale and cost as people use them: a real server, a real Chromium."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.analysis.attention import heads, scale
from viz_models.digits import digits, memory
from viz_models.recordings import attention as recordings_attention
from viz_models.records import HeadsSpec, ScaleSpec
from viz_models.ui.panels.attention import heads as panel

pytestmark = pytest.mark.e2e
CHARTS = {"heads": 1, "scale": 2, "attention-cost": 1}


def open_lesson(page: Page, server, path: str):
    """The lesson, with all its charts painted."""
    visit(page, f"{server.url}/{path}", timeout_ms=90_000)
    charts = page.locator('[data-testid="chart"] .main-svg:first-child')
    expect(charts).to_have_count(CHARTS[path.partition("?")[0]], timeout=30_000)


def written(page: Page) -> list[str]:
    """The lines of the card that tells what comes out, as far as they hold a sentence."""
    rows = page.get_by_test_id("ledger").filter(has_text="What is written").locator("dt")
    return [t for t in rows.all_inner_texts() if t.startswith("“")]


def quoted(cost) -> str:
    return f"“{panel.french(cost.translation)}”"


# ---------------------------------------------------------------- heads


def test_a_head_is_switched_off_and_restored(server, page):
    open_lesson(page, server, "heads")
    result = heads.heads(HeadsSpec(text=panel.TEXT))
    head = panel.costliest(result)
    assert written(page) == [quoted(result.full), quoted(result.cost(head))]
    answer = page.get_by_text(re.compile("The most important one is"))
    expect(answer).to_be_visible()
    cell = page.locator(f'[data-head="{panel.name_of(head)}"]')
    cell.get_by_title(re.compile("^switch head")).click()
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("^With 1 of 24 heads off"))).to_be_visible()
    assert in_the_address_bar(page)["off"] == panel.name_of(head)
    expect(cell).to_have_class(re.compile(r"\boff\b"))
    page.get_by_role("button", name="All heads on").click()
    wait_until_idle(page)
    expect(answer).to_be_visible()
    assert "off" not in in_the_address_bar(page)
    assert written(page) == [quoted(result.full), quoted(result.cost(head))]


def test_several_heads_off_travel_in_a_link(server, page, new_page):
    open_lesson(page, server, "heads")
    for name in ("decoder.0.1", "cross.0.3"):
        page.locator(f'[data-head="{name}"] .power').click()
    wait_until_idle(page)
    off = (("cross", 0, 3), ("decoder", 0, 1))
    result = heads.heads(HeadsSpec(text=panel.TEXT, off=off))
    assert written(page) == [quoted(result.full), quoted(result.now)]
    someone_else = new_page()
    visit(someone_else, page.url)
    assert written(someone_else) == [quoted(result.full), quoted(result.now)]
    reload(page)
    assert in_the_address_bar(page)["off"] == "cross.0.3,decoder.0.1"
    assert page.locator(".cell.off").count() == 2


def test_a_map_is_enlarged_and_its_weights_are_read(server, page):
    open_lesson(page, server, "heads")
    page.locator('[data-head="decoder.1.2"] .map').click()
    wait_until_idle(page)
    expect(page.get_by_text("decoder self-attention, masked, layer 1, head 2")).to_be_visible()
    assert in_the_address_bar(page)["head"] == "decoder.1.2"
    weight = heads.heads(HeadsSpec(text=panel.TEXT)).decoder[1, 2, 0, 0]
    canvas = page.locator(".matrix canvas")
    canvas.hover(position=page.locator(".heads").evaluate(
        "e => ({x: e.grid.left + e.grid.cell / 2, y: e.grid.top + e.grid.cell / 2})"
    ))  # fmt: skip
    tip = page.locator(".heads .tip")
    expect(tip).to_contain_text("→ → →: ")
    assert float(tip.inner_text().rpartition(" ")[2]) == pytest.approx(float(weight), rel=1e-3)
    page.locator(".matrix").press("End")
    assert in_the_address_bar(page)["query"] == "6"
    expect(page.locator(".lines .asks")).to_have_text("souris")


def test_another_sentence_and_an_unknown_word(server, page):
    open_lesson(page, server, "heads")
    field = page.get_by_role("textbox", name="Sentence")
    field.fill("the zebra sleeps")
    field.press("Enter")
    wait_until_idle(page)
    expect(page.get_by_text("“zebra” → <unk>")).to_be_visible()
    result = heads.heads(HeadsSpec(text="the zebra sleeps"))
    assert written(page)[0] == quoted(result.full)


def test_one_head_in_each_attention_is_too_few(server, page):
    open_lesson(page, server, "heads")
    page.get_by_role("button", name="One head in each attention").click()
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("^With 18 of 24 heads off"))).to_be_visible()
    assert len(in_the_address_bar(page)["off"].split(",")) == 18
    assert page.locator(".cell.off").count() == 18


# ---------------------------------------------------------------- scale


def test_without_the_factor_a_wide_softmax_saturates(server, page):
    open_lesson(page, server, "scale")
    spec = ScaleSpec()
    found = scale.sweep(spec)
    slider = page.locator(".st-key-d_k input[type=range]")
    for width, keys in ((64, ()), (1024, ("End",))):
        for key in keys:
            slider.press(key)
            wait_until_idle(page)
        i = spec.widths.index(width)
        card = page.get_by_test_id("ledger").filter(has_text=f"d_k = {width}")
        shown = card.locator(".row").filter(has_text="largest weight").locator(".value")
        both = [digits(float(b.largest[i, 1]), 3) for b in (found.raw, found.scaled)]
        assert shown.inner_text() == " → ".join(both)
    assert in_the_address_bar(page)["d_k"] == "1024"


def test_the_measures_over_d_k_are_taken_away(server, page):
    open_lesson(page, server, "scale")
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert [(r["d_k"], r["scores"]) for r in rows[:2]] == [("1", "raw"), ("1", "scaled")]


# ---------------------------------------------------------------- cost


def cell(page: Page, layer: str, column: int):
    """A cell of the table: the paper's order, and below it what was measured."""
    row = (
        page.get_by_test_id("sheet")
        .locator("tbody tr")
        .filter(has=page.get_by_role("rowheader", name=layer, exact=True))
    )
    return row.locator("td").nth(column)


def test_recorded_costs_are_read_at_a_length(server, page):
    open_lesson(page, server, "attention-cost")
    run = recordings_attention.load_cost()
    slider = page.locator(".st-key-n input[type=range]")
    for n, keys in ((1024, ()), (4096, ("End",))):
        for key in keys:
            slider.press(key)
            wait_until_idle(page)
        (point,) = [p for p in run.of("attention") if p.n == n]
        expect(cell(page, "self-attention", 4)).to_contain_text(memory(point.peak_bytes))
        expect(cell(page, "recurrence", 1)).to_contain_text("O(n)")
    expect(page.get_by_text(f"recorded run · {run.provenance.date}")).to_be_visible()


def test_measuring_here_can_be_stopped_and_what_was_measured_is_kept(server, page):
    open_lesson(page, server, "attention-cost?upto=up+to+n+%3D+4096")
    page.get_by_role("button", name="Run here").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text(
        re.compile("n = 4096"), timeout=60_000
    )
    page.get_by_role("button", name="Stop").click()
    wait_until_idle(page)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    sheet = page.get_by_test_id("sheet")
    expect(sheet).to_contain_text("measured now")
    expect(sheet).to_contain_text(re.compile(r"stopped after \d+ of \d+ parts"))
    page.get_by_text("recorded", exact=True).click()
    wait_until_idle(page)
    expect(sheet).to_contain_text("recorded run")


@pytest.mark.timeout(240)
def test_measuring_here_to_the_end(server, page):
    open_lesson(page, server, "attention-cost?upto=up+to+n+%3D+512&n=512")
    page.get_by_role("button", name="Run here").click()
    expect(page.get_by_test_id("sheet")).to_contain_text("measured now", timeout=180_000)
    wait_until_idle(page)
    assert "stopped" not in page.get_by_test_id("sheet").inner_text()
    expect(cell(page, "recurrence", 2)).to_contain_text("256 at 256")
