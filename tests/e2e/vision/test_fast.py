"""The lesson on fast networks as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_times_show_after_the_prediction_and_are_measured_here(server, page):
    visit(page, f"{server.url}/fast?rule=G1+equal+widths")
    expect(page.get_by_text("predict first")).to_be_visible()
    page.get_by_role("button", name="about the same time").click()
    expect(page.get_by_text("You predicted: about the same time")).to_be_visible()
    expect(page.get_by_text("predict first")).to_have_count(0)
    page.get_by_role("button", name="Measure here").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("The times above were measured now")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("measured now · cpu · seed 0").first).to_be_visible()


def test_a_channel_is_followed_through_the_shuffle_by_a_link_and_by_a_click(server, page):
    visit(page, f"{server.url}/fast?groups=4&channel=5")
    followed = card(page, "Channel 5 of 12, 4 groups")
    assert line(followed, "place afterwards") == "9"  # 5 = 1 * 3 + 2, and 2 * 4 + 1
    assert line(followed, "outputs that it reaches") == "9 of 12"
    first = page.locator(".st-key-sideways_shuffle_figure .scatterlayer .textpoint").first
    first.scroll_into_view_if_needed()
    box = first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text("Channel 0 of 12, 4 groups")).to_be_visible()
    assert in_the_address_bar(page)["channel"] == "0"


def test_the_builder_opens_with_what_was_timed(server, page):
    visit(page, f"{server.url}/fast?rule=groups")
    page.get_by_role("link", name="16 groups", exact=True).click()
    expect(page.locator("h1")).to_have_text("Build a network: do its gradients explode?")
    wait_until_idle(page)
    asked = in_the_address_bar(page)
    assert (asked["width"], asked["conv_groups"], asked["kernel"]) == ("512", "16", "1")
    expect(page.get_by_role("slider", name="width")).to_be_visible()
