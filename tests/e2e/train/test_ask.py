"""Asking: answer a question card, start its real runs, train a network from the builder."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    DARK,
    in_the_address_bar,
    look,
    red_boxes,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.training.cards.cards import CARDS

pytestmark = pytest.mark.e2e
SETTLED = 60_000  # ms: torch is imported
RUN = 180_000  # ms: fifteen runs, on a machine that is busy
QUICK = CARDS["hidden-layers"]


def predict(page: Page, card: str, verdict: str) -> str:
    choice = CARDS[card].choices[verdict]
    page.get_by_role("button", name=choice, exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    return choice


def test_the_page_opens_on_a_question(server, page):
    visit(page, f"{server.url}/train", timeout_ms=SETTLED)
    expect(page.get_by_text("recorded run").first).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.get_by_text("n = 5 pairs")).to_have_count(0)
    look(page, "train")
    predict(page, "batch-size", "higher")
    expect(page.get_by_text("n = 5 pairs")).to_be_visible()
    expect(page.get_by_text("Which classes are confused?")).to_be_visible()
    assert red_boxes(page) == []
    look(page, "train_opening_answered")


def test_a_question_card_is_answered(server, page):
    visit(page, f"{server.url}/train", timeout_ms=SETTLED)
    page.get_by_role("radio", name=CARDS["depth"].title, exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    assert in_the_address_bar(page)["card"] == CARDS["depth"].title
    expect(page.get_by_text("only the beginning")).to_be_visible()
    expect(page.get_by_text("n = 5 pairs")).to_have_count(0)
    choice = predict(page, "depth", "higher")
    expect(page.get_by_text(f"You predicted: {choice}")).to_be_visible()
    expect(page.get_by_text("correct")).to_be_visible()
    expect(page.get_by_text("n = 5 pairs")).to_be_visible()
    look(page, "train_answered")
    page.get_by_role("radio", name=QUICK.title, exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    page.get_by_role("radio", name=CARDS["depth"].title, exact=True).click()
    wait_until_idle(page, timeout_ms=SETTLED)
    expect(page.get_by_text(f"You predicted: {choice}")).to_be_visible()


def test_what_a_class_predicts_comes_together(empty_server, new_page):
    first, second = new_page(), new_page(DARK)
    for page in (first, second):
        visit(page, f"{empty_server.url}/train?card={CARDS['growth'].title}", timeout_ms=SETTLED)
    predict(first, "growth", "higher")
    expect(first.get_by_text("You predicted")).to_be_visible()
    expect(first.get_by_text("All predictions")).to_have_count(0)  # of one there is nothing to add
    expect(second.get_by_text("1 prediction so far")).to_be_visible()  # not which
    predict(second, "growth", "lower")
    for page in (first, second):
        expect(page.get_by_text("2 in the last two hours")).to_be_visible()
        assert red_boxes(page) == []
    look(first, "train_votes")
    look(second, "train_votes_dark")


def test_a_card_is_run_here_and_keeps_running_over_a_reload(server, page):
    visit(page, f"{server.url}/train?card={QUICK.title}", timeout_ms=SETTLED)
    predict(page, QUICK.id, "lower")
    page.get_by_role("button", name="Run it here").dblclick()
    page.wait_for_url(re.compile("run=[0-9a-f]{32}"), timeout=SETTLED)
    started = in_the_address_bar(page)["run"]
    expect(page.get_by_text(re.compile("[1-9][0-9]* of 15 runs finished"))).to_be_visible(
        timeout=RUN
    )
    reload(page)
    assert in_the_address_bar(page)["run"] == started
    expect(page.get_by_role("radio", name=QUICK.title, exact=True)).to_be_checked()
    expect(page.get_by_role("button", name="Run it again")).to_be_visible(timeout=RUN)
    expect(page.get_by_text("n = 5 pairs")).to_be_visible(timeout=SETTLED)
    assert red_boxes(page) == []
    look(page, "train_ran_here")
    page.goto(f"{server.url}/runs")
    wait_until_idle(page, timeout_ms=SETTLED)
    page.goto(f"{server.url}/train?run={started}")
    wait_until_idle(page, timeout_ms=SETTLED)
    page.get_by_role("button", name="Recorded runs").click()
    wait_until_idle(page, timeout_ms=SETTLED)
    assert "run" not in in_the_address_bar(page)
    expect(page.get_by_text("recorded run").first).to_be_visible()


def test_a_network_of_the_builder_is_trained_and_explored(server, page):
    visit(page, f"{server.url}/build?depth=2", timeout_ms=SETTLED)
    page.get_by_role("link", name="Train this").click()
    page.wait_for_url(re.compile("/train"), timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    expect(page.get_by_text("in_channels: 3 → 1")).to_be_visible()
    page.goto(page.url + "&budget=1")
    wait_until_idle(page, timeout_ms=SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("run=[0-9a-f]{32}"), timeout=SETTLED)
    page.get_by_role("link", name="Explore this model").click(timeout=RUN)
    page.wait_for_url(re.compile("/flow"), timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    expect(page.get_by_text("seed 0, after 22 steps of training")).to_be_visible()
    expect(page.get_by_text("The test example becomes a tensor")).to_be_attached()
    said = page.locator("[data-testid=stMain]").inner_text()
    assert not re.search(r"ImageNet|three colors|\b1 maps", said)
    expect(page.get_by_test_id("flow")).to_contain_text("block 0")
    expect(page.get_by_text(re.compile("equals torch")).first).to_be_visible(timeout=SETTLED)
    assert red_boxes(page) == []
    look(page, "train_explored")


def test_a_lesson_links_to_its_card(server, page):
    visit(page, f"{server.url}/norm-training", timeout_ms=SETTLED)
    page.get_by_role("link", name="Run it here").click()
    page.wait_for_url(re.compile("/train"), timeout=SETTLED)
    wait_until_idle(page, timeout_ms=SETTLED)
    card = page.get_by_role("radio", name=CARDS["norm-rate"].title, exact=True)
    expect(card).to_be_checked()
