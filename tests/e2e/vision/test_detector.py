"""The lesson on detectors as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_box_is_dragged_moved_by_keys_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/boxes")
    scene = page.locator(".tiles").filter(has=page.locator('canvas[data-group="scene"]'))
    canvas = scene.locator("canvas.cells")
    frame = canvas.bounding_box()
    cell = (frame["width"] - 8) / 64
    at = lambda x, y: (frame["x"] + 4 + x * cell, frame["y"] + 4 + y * cell)  # noqa: E731
    page.mouse.move(*at(24, 30))
    page.mouse.down()
    page.mouse.move(*at(26, 32), steps=4)
    page.mouse.up()
    expect(scene).to_have_attribute("data-box", "19,24,33,43")
    wait_until_idle(page)
    assert in_the_address_bar(page)["box"] == "19,24,33,43"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("-")
    expect(scene).to_have_attribute("data-box", "20,24.1,33,42.1")
    wait_until_idle(page)
    page.mouse.move(*at(33, 42.1))
    page.mouse.down()
    page.mouse.move(*at(40, 50.1), steps=4)
    page.mouse.up()
    expect(scene).to_have_attribute("data-box", "20,24.1,40,50.1")
    wait_until_idle(page)
    reload(page)
    expect(scene).to_have_attribute("data-box", "20,24.1,40,50.1")


def test_stages_follow_the_link(server, page):
    visit(page, f"{server.url}/boxes?stop=anchors&scene=7")
    expect(page.get_by_text("Six boxes stand at every cell")).to_be_visible()
    visit(page, f"{server.url}/boxes?box=0,0,0,0&stop=nonsense")
    expect(page.get_by_text("has no area")).to_be_visible()
