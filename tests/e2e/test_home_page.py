"""The first page that anybody sees."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import red_boxes, visit, wait_until_idle
from viz_models.training.cards.cards import CARDS

pytestmark = pytest.mark.e2e


def test_it_opens_with_a_photo_in_the_network_and_its_questions_lead_on(server, page):
    visit(page, server.url)
    diagram = page.get_by_test_id("flow")
    expect(diagram).to_be_visible()
    assert diagram.locator("[data-step-name] image").count() > 5
    page.get_by_text("What survives max pooling?").click()
    expect(page.locator("h1")).to_have_text("What survives max pooling?", timeout=20_000)
    wait_until_idle(page)
    assert page.get_by_test_id("flow").get_attribute("data-step") == "maxpool"
    assert red_boxes(page) == []


def test_a_step_chosen_there_is_open_on_the_flow_page(server, page):
    visit(page, server.url)
    page.get_by_test_id("flow").locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    page.get_by_text("Open this step with all its numbers").click()
    expect(page.locator("h1")).to_have_text(re.compile("3 maps become 64"), timeout=20_000)


def test_every_question_of_train_leads_to_its_card(server, page):
    visit(page, server.url)
    links = page.locator('[data-testid="stPageLink"] a[href*="train?card="]')
    expect(links).to_have_count(len(CARDS))
    led = [parse_qs(urlsplit(a.get_attribute("href")).query)["card"][0] for a in links.all()]
    assert sorted(led) == sorted(card.title for card in CARDS.values())
    page.get_by_text("Is Adam the best optimizer?").click()
    expect(page.locator("h1")).to_have_text(re.compile("is Adam the best"), timeout=20_000)
    assert red_boxes(page) == []
