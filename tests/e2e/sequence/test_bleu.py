"""The lesson on BLEU as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit

pytestmark = pytest.mark.e2e


def test_a_typed_sentence_is_counted_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/bleu")
    expect(page.get_by_text("Here 4 of 5 words are")).to_be_visible()
    assert line(card(page, "BLEU as in the paper"), "p₂") == "3/4"
    field = page.get_by_label("Translation")
    field.fill("a b c d e f")
    field.press("Enter")
    expect(page.get_by_text("the highest score there is")).to_be_visible()
    assert in_the_address_bar(page) == {"prediction": "a b c d e f"}
    reload(page)
    expect(page.get_by_text("the highest score there is")).to_be_visible()
    assert line(card(page, "BLEU as in the paper"), "BLEU") == "1"
