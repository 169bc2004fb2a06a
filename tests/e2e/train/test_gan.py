"""The lesson on GANs as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_moments_updates_and_a_run_that_is_stopped(server, page):
    visit(page, f"{server.url}/gan")
    expect(page.get_by_text("Whole trainings need not show it")).to_be_visible()
    page.get_by_text("SGD", exact=True).click()
    wait_until_idle(page)
    page.get_by_text("D: step", exact=True).click()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"opt": "SGD", "part": "D: step"}
    assert line(card(page, "real points and"), "D’s step moved") == "none"
    page.locator(".st-key-gan_train button").click()
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
