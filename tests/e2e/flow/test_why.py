"""The foot of the flow page as people use it: what the network says, why, and what without."""

import re
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.e2e.browser import in_the_address_bar, red_boxes, reload, value, visit, wait_until_idle
from viz_models.analysis.flow.ablation import switched
from viz_models.analysis.flow.attribution import attribute
from viz_models.analysis.flow.prediction import prediction
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import trace
from viz_models.digits import digits, percent
from viz_models.images import samples
from viz_models.records import ModelRef, TraceSpec
from viz_models.records.flow.ablation import Off, OffSpec
from viz_models.records.flow.attribution import AttributionSpec

pytestmark = pytest.mark.e2e
SPEC = TraceSpec(model=ModelRef(seed=3))
LINK = "weights=random,+seed+3"


def photo():
    return prepare(samples.load("cat")).tensor


def scroll_to(page: Page, heading: str):
    title = page.get_by_role("heading", name=heading)
    title.evaluate("e => e.scrollIntoView({block: 'start'})")
    return title


def select(page: Page, label: str, option: str):
    page.get_by_label(label, exact=True).click()
    page.get_by_label(label, exact=True).fill(option)  # of a thousand only some are drawn
    page.get_by_role("option", name=option, exact=True).click()


def test_the_foot_says_the_top_five_and_that_it_knows_nothing(server, page):
    visit(page, f"{server.url}/flow?{LINK}")
    foot = page.locator(".st-key-says")
    expect(foot).to_contain_text("knows nothing")
    top = prediction(SPEC.model, trace(SPEC, photo()).probabilities).top
    for guess in top:
        expect(foot).to_contain_text(f"{guess.label} · {percent(guess.probability)}")


def test_an_attribution_is_run_for_another_class_and_a_link_restores_it(server, page):
    visit(page, f"{server.url}/flow?{LINK}")
    scroll_to(page, "Why this class?")
    score = value(page, "^score of")
    expect(score).to_be_visible(timeout=20_000)
    before = score.inner_text()
    select(page, "Class", "tabby")
    expect(score).not_to_have_text(before, timeout=20_000)
    select(page, "Method", "Guided Grad-CAM")
    expect(page.get_by_text("passes only what is positive")).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    asked = AttributionSpec(trace=SPEC, method="guided-grad-cam", target=281)
    assert score.inner_text() == digits(attribute(asked, photo()).score)
    kept = in_the_address_bar(page)
    assert (kept["why"], kept["class"]) == ("Guided Grad-CAM", "tabby")
    reload(page)
    scroll_to(page, "Why this class?")
    expect(score).to_have_text(digits(attribute(asked, photo()).score), timeout=20_000)
    assert red_boxes(page) == []


def test_a_slow_one_is_stopped_while_clicks_go_on(server, page):
    visit(page, f"{server.url}/flow?{LINK}&why=occlusion&step=bn1")
    scroll_to(page, "Why this class?")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible(timeout=20_000)
    expect(page.get_by_text(re.compile(r"occlusion: \d"))).to_be_visible()
    page.get_by_test_id("flow").locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("What does ReLU throw away?")  # not after the work
    scroll_to(page, "Why this class?")
    again = page.get_by_role("button", name="Run it")
    for _ in range(5):  # out of sight the button was taken away, and in time the work is stopped
        with suppress(TimeoutError):
            stop.click(timeout=2000)
        page.wait_for_timeout(1000)
        if again.count():
            break
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=20_000)
    again.click()
    expect(stop).to_be_visible(timeout=20_000)
    select(page, "Method", "Grad-CAM")
    expect(stop).to_have_count(0, timeout=20_000)
    expect(value(page, "Grad-CAM, random weights")).to_be_visible(timeout=20_000)


def test_a_branch_and_a_map_are_switched_off_and_restored(server, page):
    visit(page, f"{server.url}/flow?{LINK}&step=layer1.0.conv1&cell=5,3,4")
    scroll_to(page, "Switch a part off")
    expect(page.get_by_text("With everything on")).to_be_visible(timeout=20_000)
    switch = page.get_by_role("button", name="block 2.1", exact=True)
    looks = "e => getComputedStyle(e).textDecorationLine"
    assert switch.evaluate(looks) == "none"
    switch.click()
    moved = value(page, "logits move by")
    one = switched(OffSpec(trace=SPEC, off=Off(branches=("layer2.1.add",))), photo())
    expect(moved).to_have_text(percent(one.moved), timeout=20_000)
    assert switch.evaluate(looks) == "line-through"
    page.get_by_role("button", name="map 5 off").click()
    both = Off(branches=("layer2.1.add",), maps=(("layer1.0.conv1", 5),))
    two = switched(OffSpec(trace=SPEC, off=both), photo())
    expect(moved).to_have_text(percent(two.moved), timeout=20_000)
    wait_until_idle(page)
    kept = in_the_address_bar(page)
    assert (kept["off"], kept["maps_off"]) == ("layer2.1.add", "layer1.0.conv1 map 5")
    reload(page)
    scroll_to(page, "Switch a part off")
    expect(moved).to_have_text(percent(two.moved), timeout=20_000)
    page.get_by_role("button", name="Restore").last.click()
    expect(page.get_by_text("With everything on")).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    assert not {"off", "maps_off"} & in_the_address_bar(page).keys()
    assert red_boxes(page) == []


def test_what_is_off_is_off_at_the_top_of_the_page_too(server, page):
    off = Off(branches=("layer2.1.add",), maps=(("layer1.0.conv1", 5),))
    without = trace(replace(SPEC, off=off), photo())
    link = f"{LINK}&off=block+2.1&maps_off=layer1.0.conv1+map+5"
    visit(page, f"{server.url}/flow?{link}&step=layer2.1.add")
    notice = page.locator(".st-key-off_notice")
    expect(notice).to_contain_text("Switched off: block 2.1, layer1.0.conv1 map 5.")
    expect(page.get_by_text("the shortcut comes through alone")).to_be_visible()
    foot = page.locator(".st-key-says")
    for guess in prediction(SPEC.model, without.probabilities).top:
        expect(foot).to_contain_text(f"{guess.label} · {percent(guess.probability)}")
    flow = page.get_by_test_id("flow")
    expect(flow.locator(".title", has_text="block 2.1 off")).to_be_visible()
    picture = flow.locator('[data-step-name="layer2.1.bn2"] image')
    dark = picture.get_attribute("href")
    notice.get_by_role("button", name="Restore").click()
    expect(notice).to_have_count(0, timeout=20_000)
    wait_until_idle(page)
    assert picture.get_attribute("href") != dark
    for guess in prediction(SPEC.model, trace(SPEC, photo()).probabilities).top:
        expect(foot).to_contain_text(f"{guess.label} · {percent(guess.probability)}")


def test_a_value_of_a_map_that_is_off_says_so(server, page):
    visit(page, f"{server.url}/flow?{LINK}&maps_off=conv1+map+5&step=conv1&cell=5,3,4")
    expect(page.get_by_text("switched off: its value is replaced by 0")).to_be_visible()
    assert red_boxes(page) == []


def test_nonsense_in_the_link_switches_nothing_off(server, page):
    odd = "why=magic&class=nobody&off=block+9.9&maps_off=conv1+map+64&maps_off=conv1+map+x"
    visit(page, f"{server.url}/flow?{odd}")
    scroll_to(page, "Switch a part off")
    expect(page.get_by_text("With everything on")).to_be_visible(timeout=20_000)
    assert red_boxes(page) == []
