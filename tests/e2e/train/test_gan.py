"""The lesson on GANs as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import (
    card,
    in_the_address_bar,
    line,
    red_boxes,
    visit,
    wait_until_idle,
)

pytestmark = pytest.mark.e2e


def test_moments_and_updates(server, page):
    visit(page, f"{server.url}/gan")
    expect(page.get_by_text("Whole trainings need not show it")).to_be_visible()
    page.get_by_text("SGD", exact=True).click()
    wait_until_idle(page)
    page.get_by_text("D: step", exact=True).click()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"opt": "SGD", "part": "D: step"}
    assert line(card(page, "real points and"), "D’s step moved") == "none"


def test_a_run_is_paused_reloaded_resumed_and_stopped(fresh_server, page):
    visit(page, f"{fresh_server.url}/gan?k=5")
    page.get_by_role("button", name="Run it here").click()
    numbers = card(page, "log(1 − D), after step")
    page.get_by_role("button", name="Pause").click(timeout=90_000)
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=90_000)
    assert line(numbers, "parts of the data found").endswith("of 8")
    page.reload()  # it looks at the paused run now and then, so it is never idle for long
    page.get_by_role("button", name="Resume").click(timeout=90_000)
    page.get_by_role("button", name="Stop and keep").click(timeout=90_000)
    expect(page.get_by_text("stopped at step")).to_be_visible(timeout=90_000)
    wait_until_idle(page)
    assert red_boxes(page) == []
    address = in_the_address_bar(page)
    assert (address["k"], len(address["run"])) == ("5", 32)
    page.get_by_role("button", name="Another seed").click()
    expect(page.get_by_role("button", name="Run it here")).to_be_visible()


def test_a_run_is_cancelled_and_nonsense_names_none(fresh_server, page):
    visit(page, f"{fresh_server.url}/gan?run=nonsense&loss=17&k=0&seed=-1")
    expect(page.get_by_text("No such run")).to_be_visible()
    page.get_by_role("button", name="Run it here").click()
    page.get_by_role("button", name="Cancel").click(timeout=90_000)
    expect(page.get_by_text("cancelled", exact=False).first).to_be_visible(timeout=90_000)
    wait_until_idle(page)
    assert red_boxes(page) == []
