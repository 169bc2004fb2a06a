"""Charts as people use them: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, press, visit, wait_until_idle

pytestmark = pytest.mark.e2e
KEEP = """key => {
  const chart = document.querySelector(`.st-key-${key} [data-testid=chart]`);
  window.kept = chart.querySelector(".main-svg");
}"""


def test_a_chart_is_drawn_anew_in_place(server, page):
    visit(page, f"{server.url}/scale")
    chart = page.locator(".st-key-both_ways")
    expect(chart.get_by_text("scores, d_k = 64")).to_be_visible(timeout=30_000)
    page.evaluate(KEEP, "both_ways")
    press(page, "d_k", "ArrowRight")
    expect(card(page, "d_k = 128")).to_be_visible()
    expect(chart.get_by_text("scores, d_k = 128")).to_be_visible()
    assert page.evaluate("window.kept.isConnected")


def test_what_did_not_change_is_not_drawn_again(server, page):
    """Maps of 11,809 starts stay, and only the ring on each of them moves."""
    visit(page, f"{server.url}/descend")
    maps = page.locator(".st-key-maps [data-testid=chart]")
    maps.scroll_into_view_if_needed()
    expect(maps.locator(".heatmaplayer image")).to_have_count(7)
    before = maps.evaluate(
        """e => {
          window.maps = [...e.querySelectorAll(".heatmaplayer image")];
          return e.querySelector(".shapelayer path").getAttribute("d");
        }"""
    )
    press(page, "rate", "ArrowRight")
    wait_until_idle(page)
    page.wait_for_function(
        """was => was
          !== document.querySelector(".st-key-maps .shapelayer path").getAttribute("d")""",
        arg=before,
    )
    assert page.evaluate("window.maps.length === 7 && window.maps.every(map => map.isConnected)")


def test_a_chart_takes_the_width_that_there_is(server, page):
    visit(page, f"{server.url}/scale")
    drawn = page.locator(".st-key-over_width .main-svg").first
    expect(drawn).to_be_visible(timeout=30_000)
    wide = drawn.bounding_box()["width"]
    page.set_viewport_size({"width": 900, "height": 800})
    page.wait_for_function(
        "wide => document.querySelector('.st-key-over_width .main-svg').clientWidth < wide - 100",
        arg=wide,
    )


def test_the_same_point_can_be_clicked_again(server, page):
    visit(page, f"{server.url}/memory?T=10")
    points = page.locator(".st-key-influence .scatterlayer .trace").last.locator(".point")
    expect(points.first).to_be_visible(timeout=30_000)

    def click(i: int):
        box = points.nth(i).bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    for _ in range(2):
        click(3)
        expect(card(page, "Input 4 of 10")).to_be_visible()
        wait_until_idle(page)
        press(page, "at", "ArrowRight")
        expect(card(page, "Input 5 of 10")).to_be_visible()
        wait_until_idle(page)
    assert in_the_address_bar(page)["at"] == "5"
