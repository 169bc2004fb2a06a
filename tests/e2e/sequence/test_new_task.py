"""The lesson on a new task as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_typed_sentence_is_judged_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/new-task?text=the+cat+sleep")
    expect(page.get_by_text("Is it right?")).to_be_visible()
    field = page.locator(".st-key-text input")
    expect(field).to_have_value("the cat sleep")
    field.fill("cat " * 200)
    field.press("Enter")
    expect(page.get_by_text("The sentence has 200 words; the limit is 30")).to_be_visible()
    field.fill("you am happy")
    field.press("Enter")
    expect(page.get_by_text("The sentence has 200 words")).to_have_count(0)
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"text": "you am happy"}
    reload(page)
    expect(field).to_have_value("you am happy")
