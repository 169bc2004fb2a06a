"""The lesson on the memory of dense blocks as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit

pytestmark = pytest.mark.e2e


def test_the_formula_follows_the_choices_and_the_link_keeps_them(server, page):
    visit(page, f"{server.url}/dense-memory?layers=4")
    assert line(card(page, "4 layers, keep everything"), "measured in torch") == "984,000 bytes"
    page.get_by_text("compute again", exact=True).first.click()
    expect(page.get_by_text("4 layers, compute again")).to_be_visible()
    assert line(card(page, "4 layers, compute again"), "measured in torch") == "147,456 bytes"
    kept = in_the_address_bar(page)
    assert kept["layers"] == "4"
    reload(page)
    expect(page.get_by_text("4 layers, compute again")).to_be_visible()


def test_other_blocks_are_measured_now(server, page):
    visit(page, f"{server.url}/dense-memory?layers=2&k=4&side=8")
    measured = card(page, "2 layers, keep everything")
    assert line(measured, "formula") == f"{4 * 4 * 8 * 8 * 2 * 3:,} bytes"
    expect(measured.get_by_text("measured now")).to_be_visible()
