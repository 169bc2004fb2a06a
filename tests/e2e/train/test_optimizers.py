"""The lesson on optimizers as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_clicked_start_walks_again_and_a_step_opens(server, page):
    visit(page, f"{server.url}/descend?steps=30")
    walk = page.get_by_test_id("walk")
    expect(card(page, "Adam, step 30")).to_be_visible()
    box = walk.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    page.wait_for_function("() => new URL(location.href).searchParams.has('start')")
    wait_until_idle(page)
    walk.get_by_role("radio", name="RMSProp").click()
    walk.get_by_label("Step", exact=True).fill("7")
    expect(card(page, "RMSProp, step 7")).to_be_visible(timeout=20_000)
    expect(card(page, "RMSProp, step 7").get_by_text("equals torch, bit for bit")).to_be_visible()
    asked = in_the_address_bar(page)
    assert asked["who"] == "rmsprop"
    assert asked["step"] == "7"
    assert -2 < float(asked["start"]) < 0
    reload(page)
    expect(card(page, "RMSProp, step 7")).to_be_visible()
    assert in_the_address_bar(page) == asked


def test_a_click_on_a_map_moves_the_start_and_the_rate(server, page):
    visit(page, f"{server.url}/descend?steps=30")
    chart = page.locator(".st-key-maps .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    wait_until_idle(page)
    panel = chart.locator(".nsewdrag").first.bounding_box()
    page.mouse.click(panel["x"] + panel["width"] * 0.7, panel["y"] + panel["height"] * 0.5)
    page.wait_for_function("() => new URL(location.href).searchParams.has('start')")
    wait_until_idle(page)
    asked = in_the_address_bar(page)
    assert float(asked["start"]) > 0.5
    assert 0.02 < float(asked["rate"]) < 0.5  # in the middle of 0.001 to 10
    expect(card(page, "Adam, step 30")).to_be_visible()
