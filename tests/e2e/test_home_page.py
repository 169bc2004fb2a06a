"""The first page that anybody sees."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import red_boxes, visit, wait_until_idle
from viz_models.training.cards.cards import CARDS
from viz_models.ui.kit import lessons

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
    expect(links).to_have_count(len(CARDS) + 1)  # one of them is the last stop
    led = {parse_qs(urlsplit(a.get_attribute("href")).query)["card"][0] for a in links.all()}
    assert sorted(led) == sorted(card.title for card in CARDS.values())
    page.get_by_text("is Adam the best?").click()
    expect(page.locator("h1")).to_have_text(re.compile("is Adam the best"), timeout=20_000)
    assert red_boxes(page) == []


def test_a_search_by_a_word_leads_to_the_question_and_can_be_linked(server, page):
    visit(page, server.url)
    field = page.get_by_label("Search all questions")
    field.fill("gqa")
    field.press("Enter")
    found = page.locator(".st-key-found")
    expect(found).to_contain_text("Sharing K and V")
    wait_until_idle(page)
    assert parse_qs(urlsplit(page.url).query) == {"find": ["gqa"]}
    found.get_by_text("Sharing K and V").click()
    expect(page.locator("h1")).to_have_text(
        "Can heads share their keys and values?", timeout=20_000
    )
    visit(page, f"{server.url}/?find=nothing+like+this")
    expect(page.locator(".st-key-found")).to_contain_text("No question here is about")
    assert red_boxes(page) == []


def test_a_newcomer_is_led_by_seven_stops_that_take_twenty_minutes(server, page):
    visit(page, server.url)
    stops = page.locator(".st-key-stops")
    expect(stops).to_contain_text("Or just look: 7 stops, 20 minutes")
    minutes = [int(n) for n in re.findall(r"(\d) min\b", stops.inner_text())]
    assert (len(minutes), sum(minutes)) == (7, 20)
    headlines = []
    for i in range(7):
        stops.locator("a").nth(i).click()
        title = page.locator("h1")
        expect(title).not_to_have_text(re.compile("^See what"), timeout=20_000)
        wait_until_idle(page)
        headlines.append(title.inner_text())
        visit(page, server.url)
    assert headlines[0] == "What does the network get to see?"
    assert headlines[3] == "What shape comes out of conv1?"
    assert len(set(headlines)) == 7


def test_menu_card_and_page_call_a_lesson_by_the_same_name(server, page):
    visit(page, server.url)
    name = lessons.index()["compare"].name
    page.locator('[data-testid="stPageLink"]', has_text=name).first.click()
    expect(page.locator(".st-key-page_name")).to_have_text(f"Build · {name}", timeout=20_000)
    wait_until_idle(page)
    page.get_by_test_id("stTopNavSection").get_by_text("Build").click()
    expect(page.get_by_test_id("stTopNavDropdownLink").get_by_text(name)).to_be_visible()
