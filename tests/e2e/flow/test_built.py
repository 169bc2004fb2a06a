"""A network from the builder on the flow page: the way there, walking through it, the way back."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import in_the_address_bar, red_boxes, visit, wait_until_idle
from viz_models.models.builder.specs import from_json

pytestmark = pytest.mark.e2e
SETTLED = 60_000  # ms
DENSE = '{"family":"conv","depths":[2],"widths":[8],"connect":"dense","norm":"group","size":16}'


def chosen_step(page: Page) -> str | None:
    return page.get_by_test_id("flow").get_attribute("data-step")


def test_from_the_builder_to_its_tensors_and_back(server, page):
    visit(page, f"{server.url}/build?depth=2&conn=residual", timeout_ms=SETTLED)
    page.get_by_text("Follow a tensor through this").click()
    page.wait_for_url(re.compile("/flow"), timeout=SETTLED)
    expect(page.get_by_test_id("flow")).to_be_visible(timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    spec = from_json(json.loads(in_the_address_bar(page)["spec"]))
    assert spec.depths == (2,)
    assert red_boxes(page) == []
    assert chosen_step(page) == "input"
    page.get_by_test_id("flow").locator(".stage").focus()
    page.keyboard.press("Home")
    names = [chosen_step(page)]
    while names[-1] != "head.fc":
        page.keyboard.press("ArrowRight")
        names.append(chosen_step(page))
        assert len(names) < 30
    wait_until_idle(page, timeout_ms=SETTLED)
    assert red_boxes(page) == []
    assert in_the_address_bar(page)["step"] == "head.fc"
    assert from_json(json.loads(in_the_address_bar(page)["spec"])) == spec
    page.go_back()
    wait_until_idle(page, timeout_ms=SETTLED)
    assert "/build" in page.url


def test_the_link_back_opens_the_same_network(server, page):
    visit(page, f"{server.url}/flow?spec={DENSE}", timeout_ms=SETTLED)
    page.get_by_text("A network from the builder").click()
    expect(page.get_by_text("Follow a tensor through this")).to_be_visible(timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    page.get_by_text("Follow a tensor through this").click()
    expect(page.get_by_test_id("flow")).to_be_visible(timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    again = from_json(json.loads(in_the_address_bar(page)["spec"]))
    assert again == from_json(json.loads(DENSE))


def test_a_dense_block_asks_what_it_keeps(server, page):
    visit(page, f"{server.url}/flow?spec={DENSE}&step=stages.0.0.cat", timeout_ms=SETTLED)
    expect(page.locator("h1")).to_have_text("What does a dense block keep?")


def test_every_step_of_a_dense_network_shows_something(server, page):
    visit(page, f"{server.url}/flow?spec={DENSE}", timeout_ms=SETTLED)
    assert chosen_step(page) == "input"
    page.get_by_test_id("flow").locator(".stage").focus()
    page.keyboard.press("Home")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        wait_until_idle(page, timeout_ms=SETTLED)
        assert red_boxes(page) == []
        assert page.get_by_text("total", exact=True).count() == 1


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("{", "not JSON"),
        ('{"family":"conv","groups":"x"}', "groups"),
        ('{"family":"mlp"}', "only a ConvNet"),
        ('{"family":"conv","in_channels":1}', "3 channels"),
        ('{"family":"conv","depths":[20],"widths":[512],"size":224}', "parameters"),
    ],
)
def test_nonsense_is_refused_in_one_line_and_resnet18_shown(server, page, spec, why):
    visit(page, f"{server.url}/flow?spec={spec}", timeout_ms=SETTLED)
    expect(page.get_by_text("You see ResNet18 instead")).to_contain_text(why)
    assert chosen_step(page) == "input"
    assert page.get_by_test_id("stException").count() == 0
