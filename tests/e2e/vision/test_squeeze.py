"""The lesson on squeeze-and-excitation as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, reload, visit

pytestmark = pytest.mark.e2e


def test_a_gate_opens_into_its_terms_and_the_link_keeps_it(server, page):
    visit(page, f"{server.url}/squeeze?digit=7&channel=5")
    opened = card(page, "Gate of channel 5")
    expect(opened.get_by_text("equals torch")).to_be_visible()
    page.get_by_text("first layer", exact=True).first.click()
    hidden = card(page, "Hidden unit 0")
    expect(hidden.get_by_text("equals torch")).to_be_visible()
    assert in_the_address_bar(page)["digit"] == "7"
    reload(page)
    expect(card(page, "Hidden unit 0").get_by_text("ReLU(sum)")).to_be_visible()


def test_nonsense_in_a_link_falls_back(server, page):
    visit(page, f"{server.url}/squeeze?digit=99&channel=x&open=nothing")
    expect(card(page, "Gate of channel 0").get_by_text("equals torch")).to_be_visible()
