"""What stands around every lesson: a real server, a real Chromium."""

import pytest

from tests.e2e.browser import visit

pytestmark = pytest.mark.e2e


def test_the_name_above_the_headline_scrolls_with_the_page(server, page):
    visit(page, f"{server.url}/bleu")
    name, title = page.locator(".st-key-page_name"), page.get_by_role("heading", level=1)
    before = name.bounding_box()["y"], title.bounding_box()["y"]
    page.mouse.move(640, 500)
    page.mouse.wheel(0, 400)
    page.wait_for_function(
        "top => document.querySelector('h1').getBoundingClientRect().top < top - 50", arg=before[1]
    )
    after = name.bounding_box()["y"], title.bounding_box()["y"]
    assert after[0] - after[1] == pytest.approx(before[0] - before[1], abs=1)
