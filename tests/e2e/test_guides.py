"""A guided lesson beside the live page: walked by keys, answered, reloaded, presented, folded."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, in_the_address_bar, red_boxes, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_lesson_is_walked_beside_the_live_page(server, page):
    visit(page, server.url)
    page.locator(".st-key-guides a", has_text="Why residual networks work").click()
    panel, headline = page.locator(".st-key-guide"), page.locator("h1")
    expect(panel).to_contain_text("Why residual networks work · 1 of 9")
    expect(headline).to_have_text("What does a skip connection add?")
    panel.get_by_role("button", name="1.31 times as long").click()
    expect(panel).to_contain_text("(your answer)")
    expect(panel).to_contain_text("x is still in the sum")

    wait_until_idle(page)
    page.keyboard.press("n")  # the same page, another view
    expect(headline).to_have_text("How can y and x be added when their shapes differ?")
    page.keyboard.press("b")  # at once, while the other view is still being drawn
    expect(panel).to_contain_text("(your answer)")  # still answered
    expect(page).to_have_url(re.compile(r"step=layer1\.1\.add"))
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"step": "layer1.1.add", "lesson": "skips.1"}
    reload(page)  # a session of its own: the browser has kept the answer
    expect(panel).to_contain_text("(your answer)")

    visit(page, f"{server.url}/flow?tint=memory&sort=by+mean&lesson=forward.8")
    reload(page)
    expect(panel).to_contain_text("8 of 8")
    tint = page.locator(".st-key-tint input")
    expect(tint).to_be_disabled()
    panel.get_by_text("Show the answer").click()
    expect(tint).to_be_enabled()
    wait_until_idle(page)  # until then the panel of the step before may still stand there, too
    panel.get_by_text("Set this step's view again").click()
    expect(page).not_to_have_url(re.compile("sort"))  # the link wins over what was chosen
    expect(tint).to_have_value("multiply-adds")
    wait_until_idle(page)
    assert in_the_address_bar(page)["tint"] == "multiply-adds"

    panel.get_by_text("End the lesson").click()
    expect(panel).to_have_count(0)
    assert "lesson" not in in_the_address_bar(page)
    assert red_boxes(page) == []


def test_a_clicker_walks_a_lesson_on_the_projector(server, page):
    visit(page, f"{server.url}/bleu?lesson=forward.4&present=true")
    panel = page.locator(".st-key-guide")
    expect(panel).to_contain_text("Back to this step's view")
    page.keyboard.press("PageDown")
    expect(page.locator("h1")).to_have_text("What survives max pooling?")
    expect(panel).to_contain_text("5 of 8")
    wait_until_idle(page)
    page.keyboard.press("PageUp")
    expect(panel).to_contain_text("4 of 8")
    wait_until_idle(page)
    assert in_the_address_bar(page)["present"] == "true"
    expect(page.get_by_test_id("stHeader")).to_be_hidden()


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])
def test_on_a_phone_it_is_a_sheet_that_folds(server, page):
    visit(page, f"{server.url}/bleu?lesson=forward.4")
    panel = page.locator(".st-key-guide")
    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] > 400
    panel.locator("summary").click()
    expect(panel.get_by_text("ReLU replaces")).to_be_hidden()
    page.wait_for_function("document.querySelector('.st-key-guide').offsetHeight < 130")
    page.get_by_text("Next →").tap()
    expect(panel).to_contain_text("5 of 8")


def test_a_teacher_makes_a_lesson_and_walks_it(server, page):
    visit(page, f"{server.url}/bleu?n=2")
    page.get_by_role("button", name="Add this view to my lesson").click()
    expect(page.get_by_text("Added to your lesson")).to_be_visible()
    visit(page, f"{server.url}/my-lesson")  # a session of its own: the browser has kept it
    field = page.locator("textarea")
    expect(field).to_have_value(re.compile(r"\[Open the view\]\(/bleu\?n=2\)"))
    field.fill(field.input_value() + "\n**Question.** Why?")
    field.press("Control+Enter")
    expect(page.get_by_text("a question needs choices")).to_be_visible()
    field.fill(field.input_value() + "\n- [x] so\n- [ ] no\n\n**Answer.** So.")
    field.press("Control+Enter")
    page.get_by_role("link", name="Walk through it").click()
    panel = page.locator(".st-key-guide")
    expect(panel).to_contain_text("My lesson · 1 of 1")
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"n": "2", "lesson": "my.1"}
    reload(page)
    panel.get_by_role("button", name="so", exact=True).click()
    expect(panel).to_contain_text("(your answer)")
    assert red_boxes(page) == []


def test_answers_outlive_a_reload_and_two_tabs_lose_none(server, page):
    panel = page.locator(".st-key-guide")
    visit(page, f"{server.url}/heads?lesson=heads.1")
    other = page.context.new_page()
    visit(other, f"{server.url}/bleu?lesson=sequences.5")
    panel.get_by_role("button", name="12", exact=True).click()
    expect(panel).to_contain_text("12 (your answer)")
    wait_until_idle(page)
    estimate = other.locator(".st-key-guide")
    estimate.get_by_label("Your estimate").fill("0.5")
    estimate.get_by_role("button", name="Answer", exact=True).click()
    expect(estimate).to_contain_text("you said 0.5")
    wait_until_idle(other)
    other.close()

    reload(page)
    expect(panel).to_contain_text("12 (your answer)")
    visit(page, f"{server.url}/bleu?lesson=sequences.5")
    expect(panel).to_contain_text("you said 0.5")
    panel.get_by_role("button", name="Answer it again").click()
    expect(panel.get_by_label("Your estimate")).to_be_visible()
    wait_until_idle(page)
    reload(page)
    expect(panel.get_by_label("Your estimate")).to_be_visible()
    page.evaluate(
        'localStorage.setItem(\'forward-pass.answers\', \'{"sequences.5": "<b>", "x": [\')'
    )
    reload(page)
    expect(panel.get_by_label("Your estimate")).to_be_visible()
    assert red_boxes(page) == []


LOCKING = """---
title: Locks
language: en
author: A teacher
minutes: 5
about: What a step may lock and hide.
---

## Nothing moves
Look.

[Open the view](/flow?step=bn1)
Locked: step, take_forward_pass-csv
Hidden: facts

**Question.** Which?
- [x] so
- [ ] not so

**Answer.** So.
"""


def test_a_step_locks_instruments_and_buttons_and_hides_cards(server, page):
    page.add_init_script(f"localStorage.setItem('forward-pass.lesson', {json.dumps(LOCKING)})")
    visit(page, f"{server.url}/flow?step=bn1&lesson=my.1")
    visit(page, f"{server.url}/flow?step=bn1&lesson=my.1")
    panel, flow = page.locator(".st-key-guide"), page.get_by_test_id("flow")
    expect(panel).to_contain_text("What this is about is locked")
    facts = page.get_by_test_id("ledger").filter(has_text="receptive field")
    expect(facts).to_be_hidden()
    page.keyboard.press("ArrowRight")
    flow.get_by_label("Step", exact=False).first.focus()
    page.keyboard.press("End")
    wait_until_idle(page)
    assert flow.get_attribute("data-step") == "bn1"
    assert in_the_address_bar(page)["step"] == "bn1"
    button = page.locator(".st-key-take_forward_pass-csv")
    assert button.evaluate("e => getComputedStyle(e).pointerEvents") == "none"

    panel.get_by_role("button", name="so", exact=True).click()
    expect(facts).to_be_visible()
    wait_until_idle(page)
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    assert in_the_address_bar(page)["step"] == "relu"
    assert red_boxes(page) == []
