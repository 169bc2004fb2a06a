"""The lesson on recurrent translators as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit

pytestmark = pytest.mark.e2e


def test_another_network_translates_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/bottleneck")
    expect(page.get_by_text("It reads the sentence word by word")).to_be_visible()
    assert line(card(page, "Word 6"), "the Transformer writes").startswith("mon ami ne voit pas")
    visit(page, f"{server.url}/bottleneck?net=LSTM+with+attention&text=i+love+cats&word=1")
    expect(page.get_by_text("aime, p =")).to_be_visible()
    assert line(card(page, "Word 2"), "it writes") == "j' aime les chats"
    reload(page)
    expect(page.get_by_text("aime, p =")).to_be_visible()
    assert in_the_address_bar(page)["net"] == "LSTM with attention"
