"""The lesson that compares two networks: choose two networks, see what differs, take one home."""

import subprocess
import sys
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    red_boxes,
    visit,
    wait_until_idle,
)
from viz_models.analysis.pricing.price import price
from viz_models.models.builder.presets import PRESETS

pytestmark = pytest.mark.e2e


def choose(page: Page, label: str, option: str):
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_until_idle(page, timeout_ms=90_000)


def cells(page: Page, first: str):
    """The row of a table that begins so."""
    row = page.locator("table tr").filter(has=page.get_by_role("cell", name=first, exact=True))
    return row.first.locator("td").all_inner_texts()


def test_it_opens_on_a_plain_and_a_residual_network(server, page):
    visit(page, f"{server.url}/compare", timeout_ms=90_000)
    expect(page.get_by_text("Both have 269,722 parameters")).to_be_visible()
    expect(page.get_by_text("One setting differs")).to_be_visible()
    assert cells(page, "connect") == ["connect", "plain", "residual"]
    assert cells(page, "parameters") == ["parameters", "269,722", "269,722", "="]
    assert page.locator(".js-plotly-plot").count() == 1


def face(page: Page, network: str, step: str):
    """Width and height of the front of one box."""
    box = page.locator(f".st-key-network_{network} [data-step-name='{step}'] .front").bounding_box()
    return round(box["width"], 1), round(box["height"], 1)


def test_equal_tensors_are_drawn_at_equal_size(server, page):
    visit(page, f"{server.url}/compare?seeds=1+seed", timeout_ms=90_000)
    for step in ("input", "stem", "stages.0.2", "stages.1.0", "stages.2.2"):
        assert face(page, "A", step) == face(page, "B", step), step


def test_two_presets_are_chosen_and_the_link_restores_them(server, new_page):
    page = new_page()
    visit(page, f"{server.url}/compare?seeds=1+seed", timeout_ms=90_000)
    choose(page, "Network A", "LeNet-5")
    choose(page, "Network B", "GPT-tiny")
    asked = price(PRESETS["lenet5"]), price(PRESETS["gpt_tiny"])
    counts = [f"{p.parameters:,}" for p in asked]
    ratio = f"×{asked[1].parameters / asked[0].parameters:.3g}"
    assert cells(page, "parameters") == ["parameters", *counts, ratio]
    assert cells(page, "family") == ["family", "conv", "transformer"]
    address = in_the_address_bar(page)
    assert (address["a"], address["b"]) == ("LeNet-5", "GPT-tiny")
    second = new_page()
    visit(second, page.url, timeout_ms=90_000)
    assert cells(second, "parameters") == ["parameters", *counts, ratio]
    assert red_boxes(page) == red_boxes(second) == []


def test_a_network_of_ones_own_comes_by_the_link(server, page):
    own = {"a": "your network", "b": "res-20", "spec": '{"family":"mlp","depth":3,"width":16}'}
    visit(page, f"{server.url}/compare?{urlencode(own)}", timeout_ms=90_000)
    expect(page.get_by_text("A: your network").first).to_be_visible()
    assert cells(page, "family") == ["family", "mlp", "conv"]


def test_the_builder_hands_its_network_over(server, page):
    visit(page, f"{server.url}/build?net=MLP&layers=4&seeds=1+seed", timeout_ms=90_000)
    page.get_by_text("Compare it with another network").click()
    expect(page.get_by_text("A: your network").first).to_be_visible(timeout=60_000)
    wait_until_idle(page, timeout_ms=90_000)
    assert in_the_address_bar(page)["spec"] == '{"family":"mlp","depth":4}'
    assert cells(page, "family") == ["family", "mlp", "conv"]


def test_a_forged_network_is_told_and_left_out(server, page):
    forged = {"a": "your network", "spec": '{"family":"conv","depths":[100000]}'}
    visit(page, f"{server.url}/compare?{urlencode(forged)}", timeout_ms=90_000)
    expect(page.get_by_text("Your network: depths: depths: from 1 to 64")).to_be_visible()
    assert page.locator('[data-testid="stException"]').count() == 0


def test_one_that_is_too_large_has_shapes_and_a_price(server, page):
    visit(page, f"{server.url}/compare?a=VGG-11&b=res-20&seeds=1+seed", timeout_ms=90_000)
    expect(page.get_by_text("shapes and price only")).to_be_visible()
    assert cells(page, "layers")[1:3] == ["11", "20"]


def test_the_file_runs_alone(server, page, tmp_path):
    visit(page, f"{server.url}/compare?a=LeNet-5&seeds=1+seed", timeout_ms=90_000)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Script (Python)").first.click()
    waiting.value.save_as(tmp_path / "net.py")
    done = subprocess.run(
        [sys.executable, "-I", "net.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["61,706 parameters", "(2, 10)"]
    assert cells(page, "parameters")[1] == "61,706"
