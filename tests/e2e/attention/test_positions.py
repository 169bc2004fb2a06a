"""The lesson on word order as people use it: a real server, a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.analysis.attention.positions import order
from viz_models.records import OrderSpec

pytestmark = pytest.mark.e2e


def open_lesson(page: Page, server, path="positions"):
    """The lesson with both networks drawn."""
    visit(page, f"{server.url}/{path}")
    expect(page.get_by_test_id("ledger")).to_have_count(2, timeout=30_000)
    expect(page.locator("canvas.cells")).to_have_count(11, timeout=30_000)


def told(page: Page):
    """The card of the network that knows positions."""
    return page.get_by_test_id("ledger").filter(has_not_text="Never told")


def untold(page: Page):
    """The card of the one that does not."""
    return page.get_by_test_id("ledger").filter(has_text="Never told the order")


def test_two_words_change_places(server, page):
    open_lesson(page, server)
    found = order(OrderSpec())
    expect(told(page)).to_contain_text(" ".join(found.told.translation))
    expect(told(page)).to_contain_text(" ".join(found.told.moved_translation))
    expect(untold(page)).to_contain_text("the same words")
    page.get_by_text("reversed", exact=True).click()
    wait_until_idle(page)
    expect(told(page)).to_contain_text("cat the sees dog the")
    assert in_the_address_bar(page)["order"] == "reverse"


def test_a_sentence_of_ones_own_travels_by_link(server, page):
    open_lesson(page, server)
    field = page.get_by_label("Sentence")
    field.fill("the zebra loves a small bird")
    field.press("Enter")
    wait_until_idle(page)
    expected = " ".join(order(OrderSpec(text="the zebra loves a small bird")).told.translation)
    expect(told(page)).to_contain_text(expected)
    expect(page.get_by_text(re.compile("“zebra”"))).to_be_visible()
    reload(page)
    expect(told(page)).to_contain_text(expected)
