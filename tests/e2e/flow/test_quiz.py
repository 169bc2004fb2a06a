"""The shape quiz: found from the home page and on the flow page, told what to do."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import red_boxes, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_the_quiz_is_switched_on_and_says_how_it_goes_on(server, page):
    visit(page, f"{server.url}/flow")
    page.get_by_text("shape quiz", exact=True).click()
    expect(page.get_by_text("The quiz is on. Press →")).to_contain_text("0 of 69 guessed so far")
    wait_until_idle(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("What shape comes out of conv1?")
    assert red_boxes(page) == []
