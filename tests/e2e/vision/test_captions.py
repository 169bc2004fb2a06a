"""The lesson on captions as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_word_is_clicked_and_the_link_keeps_it(server, page):
    visit(page, f"{server.url}/captions")
    words = page.get_by_test_id("scrubber").get_by_role("option")
    expect(card(page, "Word 2")).to_be_visible()
    words.nth(4).click()
    expect(card(page, "Word 5")).to_be_visible()
    assert in_the_address_bar(page)["word"] == "4"
    reload(page)
    expect(card(page, "Word 5")).to_be_visible()


def test_a_small_map_is_clicked_and_its_word_is_chosen(server, page):
    visit(page, f"{server.url}/captions")
    maps = page.locator(".st-key-words canvas.cells").last
    box = maps.bounding_box()
    maps.click(position={"x": box["width"] * 0.95, "y": box["height"] / 2})
    words = page.get_by_test_id("scrubber").get_by_role("option")
    expect(words.last).to_have_attribute("aria-selected", "true")
    last = words.count()
    expect(card(page, f"Word {last}")).to_be_visible()
    assert in_the_address_bar(page)["word"] == str(last - 1)


def test_what_a_word_looked_at_is_covered_and_the_caption_changes(server, page):
    visit(page, f"{server.url}/captions?word=1")
    page.get_by_role("heading", name="Cover what it looked at").scroll_into_view_if_needed()
    rows = page.locator(".st-key-covered_rows")
    expect(rows.get_by_text("is gone")).to_have_count(1)


def test_an_own_scene_and_a_cell_come_from_the_link(server, page):
    visit(page, f"{server.url}/captions?digits=37&cell=0,2,3&word=0")
    expect(card(page, "row 2, column 3").first).to_be_visible()
    expect(page.get_by_text("scores, weights and sums equal torch's to")).to_be_visible()
    page.get_by_text("without attention", exact=True).first.click()
    wait_until_idle(page)
    expect(page.get_by_text("every weight is 1/64")).to_be_visible()
    visit(page, f"{server.url}/captions?digits=cats&word=99&cell=9,9,9&place0=a&net=x")
    expect(page.get_by_text("is not 1 to 2 digits")).to_be_visible()
