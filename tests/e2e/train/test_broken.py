"""Broken training as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, red_boxes, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_guess_reveals_the_line_and_the_run_can_be_made_here(fresh_server, page):
    visit(page, f"{fresh_server.url}/broken?case=5")
    expect(page.get_by_text("What is wrong with the red runs?")).to_be_visible()
    page.get_by_role("button", name="All weights begin at zero").click()
    expect(page.get_by_text("the reason is another one")).to_be_visible()
    expect(page.get_by_text("layers += [nn.Linear(64, 64), nn.ReLU()]")).to_be_visible()
    page.get_by_role("button", name="Run it here").click()
    page.get_by_role("button", name="Pause").click(timeout=90_000)
    page.get_by_role("button", name="Resume").click(timeout=90_000)
    expect(page.get_by_text("Measured here, seed 5 · healthy:")).to_be_visible(timeout=180_000)
    wait_until_idle(page)
    assert red_boxes(page) == []
    address = in_the_address_bar(page)
    assert (address["case"], len(address["run"])) == ("5", 32)
    reload(page)
    expect(page.get_by_text("Measured here, seed 5 · healthy:")).to_be_visible()
    page.get_by_role("button", name="Another seed").click()
    expect(page.get_by_role("button", name="Run it here")).to_be_visible()
    wait_until_idle(page)
    assert "run" not in in_the_address_bar(page)
