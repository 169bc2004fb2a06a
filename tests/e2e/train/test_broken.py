"""Broken training as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_guess_reveals_the_line_and_the_run_can_be_made_here(server, page):
    visit(page, f"{server.url}/broken?case=8")
    expect(page.get_by_text("What is wrong with the red runs?")).to_be_visible()
    page.get_by_role("button", name="eval() was forgotten in the test").click()
    expect(page.get_by_text("the reason is another one")).to_be_visible()
    expect(page.get_by_text("labels = (labels + 1) % 10")).to_be_visible()
    page.get_by_role("button", name="Run it here").click()
    expect(page.get_by_text("Measured now · cpu, 1 thread · seed 5")).to_be_visible(timeout=90_000)
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"case": "8"}
