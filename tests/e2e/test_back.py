"""Back leaves a page in one step, and the page before is as it was left."""

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, visit, wait_until_idle

pytestmark = pytest.mark.e2e
SETTLED = 30_000  # ms


def headline(page):
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize(
    ("settings", "control", "shows"),
    [
        ("batch-size?n=128", "n", "128"),
        ("train-eval?momentum=0.3&step=5", "momentum", "0.3"),
        ("scale?d_k=128", "d_k", "128"),
        ("window?windows=4", "windows", "4"),
    ],
)
def test_the_page_before_has_its_settings(settings, control, shows, server, page):
    visit(page, f"{server.url}/{settings}")
    before, title = in_the_address_bar(page), headline(page).inner_text()
    assert before == dict(parse_qsl(settings.partition("?")[2]))  # none of them is a default
    expect(page.locator(".st-key-lesson_next a")).to_be_visible()
    page.keyboard.press("n")
    expect(headline(page)).not_to_have_text(title)
    wait_until_idle(page)
    assert not set(in_the_address_bar(page)) & set(before)
    page.go_back()
    expect(headline(page)).to_have_text(title, timeout=SETTLED)
    wait_until_idle(page)
    slider = page.locator(f".st-key-{control} input[type=range]")
    expect(slider).to_have_attribute("aria-valuetext", shows)
    assert in_the_address_bar(page) == before


def test_a_page_is_left_in_one_step_after_its_settings_were_changed(server, page):
    visit(page, f"{server.url}/sharing")
    title = headline(page).inner_text()
    expect(page.locator(".st-key-lesson_next a")).to_be_visible()
    page.keyboard.press("n")
    expect(headline(page)).not_to_have_text(title)
    wait_until_idle(page)
    slider = page.locator(".st-key-d_k input[type=range]")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        slider.press(key)
        wait_until_idle(page)
    page.go_back()
    expect(headline(page)).to_have_text(title, timeout=SETTLED)
    page.go_forward()
    expect(headline(page)).not_to_have_text(title, timeout=SETTLED)
    wait_until_idle(page)
    assert "d_k" in in_the_address_bar(page)


def test_the_next_page_keeps_nothing_of_the_page_before_for_controls_of_the_same_name(server, page):
    visit(page, f"{server.url}/new-task?n=50")
    title = headline(page).inner_text()
    expect(page.locator(".st-key-lesson_next a")).to_be_visible()
    page.keyboard.press("n")  # to /bleu, which has an n too
    expect(headline(page)).to_have_text("What does BLEU count?")
    wait_until_idle(page)
    assert "n" not in in_the_address_bar(page)
    page.go_back()
    expect(headline(page)).to_have_text(title, timeout=SETTLED)
    wait_until_idle(page)
    assert in_the_address_bar(page)["n"] == "50"
