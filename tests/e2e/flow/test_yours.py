"""The page of any network as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit

pytestmark = pytest.mark.e2e


def test_a_step_is_searched_opened_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/yours")
    network = page.get_by_test_id("network")
    expect(network.locator(".detail h3")).to_have_text("stem")
    network.get_by_label("Search steps").fill("block1 gate")
    network.locator(".found").get_by_role("button", name="block1.gate", exact=True).click()
    expect(network.locator(".detail h3")).to_have_text("block1.gate")
    expect(page.get_by_text("block1.gate at 0,")).to_be_visible()
    assert in_the_address_bar(page) == {"step": "block1.gate"}
    reload(page)
    expect(network.locator(".detail h3")).to_have_text("block1.gate")
    title = page.get_by_text("block1.gate at 0,").inner_text()
    assert line(card(page, title), "total")


def test_gradients_and_another_network_are_one_click_away_and_stand_in_the_link(server, page):
    visit(page, f"{server.url}/yours?step=block2.conv2")
    network = page.get_by_test_id("network")
    expect(network.locator(".detail h3")).to_have_text("block2.conv2")
    page.get_by_role("radio", name="mean").click()
    expect(network.get_by_text("loss: mean =")).to_be_visible()
    expect(network.get_by_text("gradient of the loss at each of these values")).to_be_visible()
    page.get_by_role("radio", name="its rounded weights").click()
    expect(page.get_by_text("They part at stem: values differ by")).to_be_visible()
    expect(page.get_by_text("Where the difference is largest")).to_be_visible()
    here = {"step": "block2.conv2", "loss": "mean", "beside": "bfloat16"}
    assert in_the_address_bar(page) == here
    reload(page)
    expect(page.get_by_text("They part at stem: values differ by")).to_be_visible()
    expect(network.get_by_text("loss: mean =")).to_be_visible()
