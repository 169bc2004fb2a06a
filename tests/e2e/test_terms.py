"""Terms in the prose explain themselves: under the pointer, a finger, and in the sheet."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, red_boxes, visit

pytestmark = pytest.mark.e2e

MARKED = "() => [...(CSS.highlights.get('terms') ?? [])].map(range => range.toString())"
PLACE = """name => {
  const range = [...CSS.highlights.get('terms')].find(range => range.toString() === name);
  range.startContainer.parentElement.scrollIntoView({ block: 'center' });
  const { left, top, width, height } = range.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""


def marked(page):
    """The terms that have a line, once the page no longer changes."""
    page.wait_for_function("() => CSS.highlights.get('terms')?.size > 0", timeout=20_000)
    page.wait_for_timeout(600)
    return page.evaluate(MARKED)


def tip(page):
    return page.get_by_test_id("bar").locator("xpath=..").locator(".tip")


def test_a_term_tells_its_meaning_under_the_pointer(server, page):
    visit(page, f"{server.url}/scale")
    found = marked(page)
    assert {"softmax", "gradients"} <= set(found)
    assert len(found) == len(set(found))  # the first place of each
    page.mouse.move(*page.evaluate(PLACE, "softmax"))
    expect(tip(page)).to_contain_text("e to the power of each number")
    page.mouse.move(5, 400)
    expect(tip(page)).to_be_hidden()


def test_the_sheet_lists_the_terms_of_the_page(server, page):
    visit(page, f"{server.url}/boxes")
    found = marked(page)
    assert "AP50" in found
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="Terms on this page")).to_be_visible()
    expect(sheet).to_contain_text("Average precision, where a box counts as right")
    assert sheet.locator(".all-terms dt").count() == len(found)


def test_terms_follow_to_the_next_page(server, page):
    visit(page, f"{server.url}/scale")
    assert "softmax" in marked(page)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("How does it write a sentence?")
    page.wait_for_function(
        "() => [...CSS.highlights.get('terms')].some(r => r.toString() === 'greedy search')",
        timeout=30_000,
    )
    assert red_boxes(page) == []


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])
def test_a_finger_opens_a_term(server, page):
    visit(page, f"{server.url}/scale")
    assert "softmax" in marked(page)
    page.touchscreen.tap(*page.evaluate(PLACE, "softmax"))
    expect(tip(page)).to_contain_text("e to the power of each number")
