"""The lesson on gates as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_gate_is_held_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/gates?text=i+love+cats")
    assert line(card(page, "Hold a gate of the encoder"), "all gates free") == "j' aime les chats"
    expect(card(page, "nearest among")).to_contain_text("highest on average")
    page.get_by_text("its mean", exact=True).first.click()
    wait_until_idle(page)
    held = card(page, "One gate does not move")
    assert "→" in line(held, "unseen sentences right")
    assert in_the_address_bar(page) == {"text": "i love cats", "hold": "mean"}
    reload(page)
    expect(held).to_be_visible()
