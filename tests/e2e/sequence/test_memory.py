"""The lesson on memory as people use it: a real server, a real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, press, reload, visit

pytestmark = pytest.mark.e2e


def test_a_forget_bias_and_an_input_stand_in_the_link(server, page):
    visit(page, f"{server.url}/memory?T=10")
    expect(page.get_by_text("the first of 10 inputs moves the answer")).to_be_visible()
    expect(card(page, "Input 1 of 10").get_by_text(re.compile(r"0\.5\^9"))).to_be_visible()
    points = page.locator(".st-key-influence .scatterlayer .point")
    expect(points.first).to_be_attached()
    press(page, "at", "ArrowRight", "ArrowRight", "ArrowRight")
    expect(card(page, "Input 4 of 10")).to_be_visible()
    assert in_the_address_bar(page) == {"T": "10", "at": "4"}
    reload(page)
    expect(card(page, "Input 4 of 10")).to_be_visible()
