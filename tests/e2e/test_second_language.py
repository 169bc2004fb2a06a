"""Links mean the same in any language, and each link keeps it. The words are in language.py."""

import pytest
from playwright.sync_api import expect

from tests.e2e import language
from tests.e2e.browser import in_the_address_bar, visit, wait_until_idle
from viz_models.language import pseudo

pytestmark = pytest.mark.e2e
SETTLED = 90_000  # ms


def test_plain_words_are_found():
    marked = pseudo.marked("Score of {name}").format(name="conv1 and others")
    assert language.plain_words([marked, "BatchNorm2d", "layer1.0.relu_1", "3 × 4"]) == []
    assert language.plain_words([f"{marked} of the step"]) == [f"{marked} of the step"]
    assert language.plain_words(["le chat noir", "the cat", "the answer"], language.TOKENS) == [
        "the answer"
    ]


def chosen(page, key):
    """The text that a select box shows."""
    return page.locator(f".st-key-{key} input").first.input_value()


def choose(page, key, number):
    page.locator(f".st-key-{key} input").first.click()
    page.get_by_role("option").nth(number).click()
    wait_until_idle(page)


def test_a_link_means_the_same_in_every_language(server, page):
    visit(page, f"{server.url}/train-eval?lang={pseudo.NAME}")
    choose(page, "batch", 3)
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=32)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME, "batch": "32"}
    page.reload()
    wait_until_idle(page)
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=32)
    visit(page, page.url.replace(pseudo.NAME, "en"))
    assert chosen(page, "batch") == "batches of 32"
    assert in_the_address_bar(page) == {"lang": "en", "batch": "32"}


def test_an_old_link_with_english_words_opens_in_every_language(server, page):
    old = "batch=batches of 2&channel=channel 3&momentum=average"
    visit(page, f"{server.url}/train-eval?{old}&lang={pseudo.NAME}")
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=2)
    assert chosen(page, "channel") == pseudo.marked("channel {c}").format(c=3)
    visit(page, f"{server.url}/train-eval?{old}")
    assert chosen(page, "batch") == "batches of 2"
    assert in_the_address_bar(page) == {"batch": "2", "channel": "3", "momentum": "average"}


def test_the_language_stays_on_the_way_and_in_copied_links(server, page):
    visit(page, f"{server.url}/batch-size?lang={pseudo.NAME}")
    page.locator(".st-key-lesson_next a").click()
    page.wait_for_url("**/train-eval?*")
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME}
    expect(page.get_by_role("heading", level=1)).to_contain_text(pseudo.BEGIN)
    page.get_by_test_id("bar").locator("[data-do=reset]").click()
    page.wait_for_load_state()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME}


@pytest.mark.parametrize("path", ["", "my-lesson", "build", "surface"])
def test_links_to_other_pages_name_the_language(server, page, path):
    visit(page, f"{server.url}/{path}?lang={pseudo.NAME}", timeout_ms=SETTLED)
    found = page.locator("[data-testid=stMain] a[href]:not([href^=http]):not([href^='#'])")
    addresses = [link.get_attribute("href") for link in found.all()]
    assert addresses
    assert [a for a in addresses if f"lang={pseudo.NAME}" not in a] == []


def test_a_language_that_nobody_knows_is_english(server, page):
    visit(page, f"{server.url}/batch-size?lang=tlh")
    expect(page.get_by_role("heading", level=1)).to_contain_text("how many examples")
