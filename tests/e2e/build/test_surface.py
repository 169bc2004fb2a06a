"""The lesson on loss surfaces as people use it: a real server, a real Chromium."""

import csv

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import card, in_the_address_bar, line, red_boxes, visit, wait_until_idle
from viz_models.digits import digits, percent
from viz_models.recordings import build as recordings_build
from viz_models.records.build.surface import SurfaceSpec

pytestmark = pytest.mark.e2e


def charts(page: Page):
    return page.locator('[data-testid="chart"] .main-svg:first-child')


def test_before_and_after_are_what_was_recorded(server, page):
    found = recordings_build.load()
    visit(page, f"{server.url}/surface?shown=map")
    spec = found.spec
    expect(
        page.get_by_text(f"{2 * spec.blocks + 1} convolutions, trained in the same way")
    ).to_be_visible()
    for nth, net in enumerate((found.plain, found.skips)):
        shown = line(card(page, 0), "loss after training", nth)
        assert shown == f"{digits(net.here('after'), 3)} nats"
    titles = page.locator(".annotation-text")
    expect(titles.filter(has_text="with skips")).to_have_text(
        f"with skips{digits(found.skips.here('after'), 3)} nats"
    )
    page.get_by_role("radio", name="before").click()
    wait_until_idle(page)
    expect(titles.filter(has_text="with skips")).to_have_text(
        f"with skips{digits(found.skips.here('before'), 3)} nats"
    )
    shown = percent(found.plain.better_than_guessing("before"))
    assert line(card(page, 0), "better than guessing") == shown
    assert in_the_address_bar(page) == {"shown": "map", "weights": "before"}


def test_a_measurement_can_be_stopped_and_made(server, page):
    from viz_models.training import surface
    from viz_models.ui.panels.build.surface import HERE

    visit(page, f"{server.url}/surface?shown=map&blocks=12&directions=3")
    page.get_by_role("button", name="Measure now").click()
    expect(page.get_by_text("% measured")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You can stop it at any time")).to_be_visible(timeout=30_000)
    wait_until_idle(page)
    expect(charts(page)).to_have_count(2)

    visit(page, f"{server.url}/surface?shown=map&blocks=1&directions=3")
    page.get_by_role("button", name="Measure now").click()
    expect(charts(page)).to_have_count(3, timeout=90_000)
    fields = {name: getattr(HERE, name) for name in ("steps", "points", "examples")}
    truth = surface.measure(SurfaceSpec(blocks=1, directions=3, **fields))
    for nth, net in enumerate((truth.plain, truth.skips)):
        shown = line(card(page, 1), "loss after training", nth)
        assert shown == f"{digits(net.here('after'), 3)} nats"
    assert red_boxes(page) == []


def test_the_table_is_taken_away(server, page):
    visit(page, f"{server.url}/surface?shown=map")
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    spec = recordings_build.load().spec
    assert len(rows) == 4 * spec.points**2
