"""A recurrent network: unrolled on the builder, followed on the flow page, and back."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, red_boxes, visit, wait_until_idle
from viz_models.models.builder.specs import from_json
from viz_models.records import RnnSpec

pytestmark = pytest.mark.e2e
SETTLED = 60_000  # ms


def test_it_is_unrolled_and_followed_gate_by_gate(server, page):
    visit(
        page,
        f"{server.url}/build?net=Recurrent&hidden=8&side=8&seeds=1+seed",
        timeout_ms=SETTLED,
    )
    assert page.locator(".flow .box").count() == 8 + 3
    expect(
        page.get_by_text("A recurrent network is as deep as its sequence is long")
    ).to_be_visible()
    expect(card(page, "One step back")).to_contain_text("row 5 multiplies it by")
    page.get_by_text("Follow a tensor through this").click()
    page.wait_for_url(re.compile("/flow"), timeout=SETTLED)
    expect(page.get_by_test_id("flow")).to_be_visible(timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    found = from_json(json.loads(in_the_address_bar(page)["spec"]))
    assert found == RnnSpec(cell="lstm", hidden=8, size=8, in_channels=3)
    assert page.locator(".flow .box").count() == 8 + 3
    visit(page, f"{page.url}&step=l0.5.f", timeout_ms=SETTLED)
    expect(page.get_by_role("heading", name="How far is this gate open?")).to_be_visible()
    expect(page.get_by_text("equals torch to").first).to_be_visible()
    assert red_boxes(page) == []
    page.get_by_text("A network from the builder").click()
    expect(page.get_by_text("Follow a tensor through this")).to_be_visible(timeout=SETTLED)
    assert in_the_address_bar(page)["net"] == "Recurrent"
