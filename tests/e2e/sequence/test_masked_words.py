"""The lesson on masked words as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, reload, visit

pytestmark = pytest.mark.e2e


def test_a_click_spoils_a_word_and_the_link_keeps_it(server, page):
    visit(page, f"{server.url}/masked-words?spoil=none")
    cat = page.locator(".guesses .word").nth(3)
    expect(cat).to_have_text("cat")
    cat.click()
    expect(cat).to_have_text("[MASK]")
    expect(page.locator(".guesses .column").nth(3)).to_contain_text("was: cat")
    assert in_the_address_bar(page) == {"spoil": "3m"}
    reload(page)
    expect(page.locator(".guesses .word").nth(3)).to_have_text("[MASK]")
