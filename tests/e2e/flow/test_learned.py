"""The demo while it learned, on the flow page: moments, filters, a step's maps."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    in_the_address_bar,
    red_boxes,
    reload,
    visit,
    wait_until_idle,
)
from viz_models.digits import percent
from viz_models.recordings import demo_moments as recordings

pytestmark = pytest.mark.e2e


def said(moment: int) -> str:
    record = recordings.load()
    shares = record.moments[moment].probabilities
    best = max(range(len(shares)), key=shares.__getitem__)
    return f"guesses {record.classes[best]} {percent(shares[best])}"


def scroll_to_it(page: Page):
    title = page.get_by_role("heading", name="While it learned")
    wait_until_idle(page)  # what stands above grows when it comes into sight
    title.evaluate("e => e.scrollIntoView({block: 'start'})")
    wait_until_idle(page)
    title.evaluate("e => e.scrollIntoView({block: 'start'})")
    expect(page.get_by_text("BatchNorm is measured anew")).to_be_visible(timeout=20_000)
    return page.locator(".scrubber")


def test_a_moment_is_chosen_and_a_link_restores_it(server, page):
    visit(page, f"{server.url}/flow?step=layer1.0.relu_1")
    last = len(recordings.load().moments) - 1
    line = scroll_to_it(page)
    expect(line.locator(".said")).to_have_text(said(last))
    line.get_by_role("option").nth(1).click()
    expect(line.locator(".said")).to_have_text(said(1))
    seen = f"{recordings.load().moments[1].samples:,}"
    shown = page.get_by_text(f"layer1.0.relu_1 after {seen} pictures")
    expect(shown).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    kept = in_the_address_bar(page)
    assert (kept["moment"], kept["step"]) == ("1", "layer1.0.relu_1")
    reload(page)
    line = scroll_to_it(page)
    expect(line.locator(".said")).to_have_text(said(1))
    expect(shown).to_be_visible(timeout=20_000)
    assert red_boxes(page) == []


def test_arrow_keys_walk_through_moments_only_on_their_line(server, page):
    visit(page, f"{server.url}/flow?step=conv1&moment=2")
    line = scroll_to_it(page)
    page.keyboard.press("ArrowRight")  # of the page: the next step
    expect(page.get_by_text(re.compile("^bn1 after"))).to_be_visible(timeout=20_000)
    expect(line.locator(".said")).to_have_text(said(2))
    line.get_by_role("option").nth(2).click()
    page.keyboard.press("ArrowRight")
    expect(line.locator(".said")).to_have_text(said(3))
    wait_until_idle(page)
    kept = in_the_address_bar(page)
    assert (kept["moment"], kept["step"]) == ("3", "bn1")


def test_random_weights_have_no_past(server, page):
    visit(page, f"{server.url}/flow?weights=random,+seed+3")
    expect(page.get_by_role("heading", name="Switch a part off")).to_have_count(1)
    expect(page.get_by_role("heading", name="While it learned")).to_have_count(0)
