"""The lesson on workers as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import (
    card,
    in_the_address_bar,
    line,
    press,
    red_boxes,
    visit,
    wait_until_idle,
)

pytestmark = pytest.mark.e2e


def test_a_batch_is_split_and_two_processes_are_stopped(server, page):
    visit(page, f"{server.url}/workers?case=sum+instead+of+mean")
    assert line(card(page, "over all parameters"), "difference, median") == "75.0 %"
    press(page, "workers", "ArrowLeft")
    assert line(card(page, "over all parameters"), "difference, median") == "50.0 %"
    assert in_the_address_bar(page) == {"case": "sum instead of mean", "workers": "2"}
    page.get_by_role("button", name="Measure it here").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()


def test_a_training_in_two_processes_is_paused_and_goes_on(fresh_server, page):
    visit(page, f"{fresh_server.url}/workers?net=batch")
    page.get_by_role("button", name="Run it here").click()
    page.get_by_role("button", name="Pause").click(timeout=90_000)
    page.get_by_role("button", name="Resume").click(timeout=90_000)
    expect(page.get_by_text("the training losses differ by")).to_be_visible(timeout=240_000)
    wait_until_idle(page)
    assert red_boxes(page) == []
