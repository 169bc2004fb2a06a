"""Sweeps as people use them: a real server, a real Chromium, real runs."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import visit

pytestmark = pytest.mark.e2e


def test_a_cell_opens_and_a_small_sweep_fills_its_table(server, page):
    visit(page, f"{server.url}/sweep")
    box = page.locator(".st-key-table canvas").first.bounding_box()
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])
    expect(page).to_have_url(re.compile(r"cell=residual%2C\+4\+layers"))
    visit(page, f"{server.url}/sweep?layers=3&seeds=1+seed&budget=1+epoch")
    page.get_by_role("button", name="Run it here").click()
    expect(page).to_have_url(re.compile(r"run=[0-9a-f]{32}"))
    page.reload()
    expect(page.get_by_text("2 finished")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("the test accuracy changes by nothing")).to_be_visible()
