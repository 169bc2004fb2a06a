"""The lesson on workers as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, press, visit

pytestmark = pytest.mark.e2e


def test_a_batch_is_split_and_two_processes_are_stopped(server, page):
    visit(page, f"{server.url}/workers?case=sum+instead+of+mean")
    assert line(card(page, "over all parameters"), "difference, median") == "75.0 %"
    press(page, "workers", "ArrowLeft")
    assert line(card(page, "over all parameters"), "difference, median") == "50.0 %"
    assert in_the_address_bar(page) == {"case": "sum instead of mean", "workers": "2"}
    page.get_by_role("button", name="Run it here").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
