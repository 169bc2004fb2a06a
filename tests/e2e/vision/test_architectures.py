"""The lesson on architectures as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, reload, visit

pytestmark = pytest.mark.e2e


def test_a_click_in_the_tree_chooses_a_network_and_the_link_keeps_it(server, page):
    visit(page, f"{server.url}/architectures?bar=parameters")
    expect(page.get_by_text("ResNet18: 11.7 M")).to_be_visible()
    points = page.locator(".st-key-tree .scatterlayer .point")
    expect(points).to_have_count(12)
    spot = points.nth(5).bounding_box()
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    expect(page.get_by_text("DenseNet121: 7.9 M")).to_be_visible()
    assert in_the_address_bar(page)["network"] == "DenseNet121"
    reload(page)
    expect(page.get_by_text("DenseNet121: 7.9 M")).to_be_visible()


def test_nonsense_in_the_link_falls_back(server, page):
    visit(page, f"{server.url}/architectures?network=LeNet&beside=7&bar=taste")
    expect(page.get_by_text("ResNet18: 1.8 G")).to_be_visible()
    expect(page.get_by_text("VGG-11: 7.6 G")).to_be_visible()
