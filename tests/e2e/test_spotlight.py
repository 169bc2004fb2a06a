"""One panel alone on a projector: by key, by click, and operated while it is enlarged."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import (
    PROJECTOR,
    in_the_address_bar,
    look,
    visit,
    wait_until_idle,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("page", [PROJECTOR], indirect=True, ids=["projector"]),
]


def alone(page):
    return page.locator("[data-spotlight]")


def until_it_stands(page):
    """Wait for the end of the movement that brings it to its place."""
    page.wait_for_function(
        "() => document.querySelector('[data-spotlight]').getAnimations().length === 0"
    )
    return alone(page).bounding_box()


def test_the_panel_under_the_pointer_stands_alone_and_large(server, page):
    visit(page, f"{server.url}/flow?step=bn1&present=true")
    card, title = page.get_by_test_id("tiles").first, page.locator("h1")
    before = card.bounding_box()
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + 10)
    page.keyboard.press("s")
    expect(title).to_be_hidden()
    expect(page.get_by_test_id("flow")).to_be_hidden()
    expect(page.get_by_role("status").get_by_text("S or Esc shows the whole page")).to_be_visible()
    box = until_it_stands(page)
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= 1920
    assert box["y"] + box["height"] <= 1080
    assert card.bounding_box()["width"] > 1.5 * before["width"]
    look(page, "spotlight_maps")

    page.keyboard.press("Escape")
    expect(title).to_be_visible()
    expect(alone(page)).to_have_count(0)
    assert card.bounding_box() == before
    assert in_the_address_bar(page)["present"] == "true"
    page.keyboard.press("Escape")  # the second one ends presenting, as it always did
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    page.keyboard.press("s")  # beside the projector it is an ordinary letter
    wait_until_idle(page)
    expect(alone(page)).to_have_count(0)


def test_a_click_on_the_ground_begins_it_and_one_beside_ends_it(server, page):
    visit(page, f"{server.url}/scale?present=true")
    title = page.locator("h1")
    heading = page.get_by_test_id("ledger").get_by_text("d_k = 64")
    heading.click()
    expect(title).to_be_hidden()
    expect(heading).to_be_visible()
    page.mouse.click(4, 4)
    expect(title).to_be_visible()
    page.get_by_test_id("ledger").locator(".term").first.click()  # what explains itself does that
    expect(title).to_be_visible()
    expect(alone(page)).to_have_count(0)
    title.click()
    expect(title).to_be_visible()


def test_an_enlarged_map_is_pointed_at_where_it_is_seen(server, page):
    visit(page, f"{server.url}/flow?step=bn1&present=true")
    maps = page.get_by_test_id("tiles").first.locator("canvas").first
    start = maps.bounding_box()
    page.mouse.click(start["x"] + 0.7 * start["width"], start["y"] + 0.4 * start["height"])
    wait_until_idle(page)
    wanted = in_the_address_bar(page)["cell"]
    page.mouse.click(start["x"] + 0.2 * start["width"], start["y"] + 0.1 * start["height"])
    wait_until_idle(page)
    assert in_the_address_bar(page)["cell"] != wanted

    page.keyboard.press("s")
    until_it_stands(page)
    large = maps.bounding_box()
    assert large["width"] > 1.5 * start["width"]
    page.mouse.click(large["x"] + 0.7 * large["width"], large["y"] + 0.4 * large["height"])
    wait_until_idle(page)
    assert in_the_address_bar(page)["cell"] == wanted
    expect(alone(page)).to_have_count(1)  # a click inside works the panel


def test_it_ends_with_its_page_and_a_clicker_goes_on(server, page):
    visit(page, f"{server.url}/flow?lesson=forward.4&present=true")
    page.keyboard.press("s")
    expect(alone(page)).to_have_count(1)
    page.keyboard.press("PageDown")  # the next step of the lesson: another view of the same page
    expect(page.locator("h1")).to_have_text("What survives max pooling?")
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-guide")).to_contain_text("5 of 8")
    page.keyboard.press("s")
    expect(alone(page)).to_have_count(1)
    visit(page, f"{server.url}/bleu?present=true")
    page.keyboard.press("s")
    expect(alone(page)).to_have_count(1)
    page.keyboard.press("n")
    wait_until_idle(page)
    expect(page.locator("h1")).to_be_visible()
    expect(alone(page)).to_have_count(0)
