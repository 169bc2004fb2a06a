"""The lesson on Inception as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, reload, visit

pytestmark = pytest.mark.e2e


def test_a_value_of_a_branch_opens_and_the_link_keeps_it(server, page):
    visit(page, f"{server.url}/inception?digit=7&module=4a&cell=30,2,3")
    opened = card(page, "Map 30, row 2, column 3")
    expect(opened.get_by_text("equals torch").first).to_be_visible()
    expect(opened.get_by_text("branch 3×3, its channel 6")).to_be_visible()
    page.get_by_text("eval", exact=True).last.click()
    page.wait_for_url("**mode=eval**")
    assert in_the_address_bar(page)["cell"] == "30,2,3"
    reload(page)
    expect(card(page, "Map 30, row 2, column 3")).to_be_visible()
