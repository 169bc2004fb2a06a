"""The flow page as people use it: a real server, a real Chromium."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import in_the_address_bar, line, red_boxes, reload, visit, wait_until_idle
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import trace
from viz_models.digits import digits
from viz_models.images import decode, samples
from viz_models.models import registry
from viz_models.recordings.shipped import opening
from viz_models.records import TraceSpec
from viz_models.ui.kit import lessons

pytestmark = pytest.mark.e2e


def flow(page: Page):
    return page.get_by_test_id("flow")


def chosen_step(page: Page):
    return flow(page).get_attribute("data-step")


def png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def give_photo(page: Page, name: str, raw: bytes):
    page.get_by_test_id("stPopover").locator("button").first.click()
    file = {"name": name, "mimeType": "image/png", "buffer": raw}
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files([file])
    expect(page.get_by_text("yours", exact=True)).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    page.keyboard.press("Escape")


def test_a_deep_link_is_the_first_visit_to_a_fresh_server(fresh_server, page):
    visit(page, f"{fresh_server.url}/flow?step=layer3.0.add&cell=5,3,4")
    expect(page.locator("h1")).to_have_text("How can y and x be added when their shapes differ?")
    assert chosen_step(page) == "layer3.0.add"
    expect(page.get_by_text("map 5, row 3, column 4")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)  # Streamlit's "Page not found" is one
    assert red_boxes(page) == []


def test_all_steps_are_walked_by_keyboard_and_back_leaves_the_page(server, page):
    visit(page, server.url)
    page.get_by_test_id("stTopNavLink").get_by_text("Flow").click()
    expect(flow(page)).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    flow(page).locator(".stage").focus()
    page.keyboard.press("Home")
    names = [chosen_step(page)]
    for _ in range(69):
        page.keyboard.press("ArrowRight")
        names.append(chosen_step(page))
    assert names[0] == "input"
    assert names[-1] == "fc"
    assert len(set(names)) == 70
    wait_until_idle(page)
    scores = len(registry.card(opening()).labels)
    expect(page.locator("h1")).to_have_text(f"How do 512 numbers become {scores} scores?")
    assert in_the_address_bar(page)["step"] == "fc"
    page.go_back()
    expect(page.locator("h1")).to_have_text(re.compile("See what a neural network does"))


def test_a_value_is_clicked_and_its_sum_equals_torch(server, page):
    visit(page, f"{server.url}/flow?step=layer1.0.conv1")
    before = line(page, "^total$")
    tiles = page.get_by_test_id("tiles").first.locator("canvas").first
    tiles.click(position={"x": 40, "y": 40})
    wait_until_idle(page)
    c, y, x = (int(i) for i in in_the_address_bar(page)["cell"].split(","))
    expect(page.get_by_text(f"map {c}, row {y}, column {x}")).to_be_visible()
    truth = trace(TraceSpec(model=opening()), prepare(samples.load("cat")).tensor)
    value = truth.value("layer1.0.conv1")[c, y, x]
    assert line(page, "^equals torch") == digits(float(value), 6)
    assert line(page, "^total$") != before


def test_a_reload_keeps_step_cell_and_controls(server, page):
    visit(
        page, f"{server.url}/flow?photo=coffee&weights=random,+seed+3&step=layer2.0.bn2&cell=7,8,9"
    )
    total = line(page, "^total$")
    reload(page)
    assert chosen_step(page) == "layer2.0.bn2"
    assert line(page, "^total$") == total
    kept = in_the_address_bar(page)
    assert (kept["photo"], kept["weights"], kept["cell"]) == ("coffee", "random, seed 3", "7,8,9")


def test_the_boxes_are_tinted_by_what_a_link_says(server, page):
    visit(page, f"{server.url}/flow?tint=multiply-adds")
    expect(flow(page).locator(".tint .what")).to_have_text("multiply-adds")
    assert in_the_address_bar(page)["tint"] == "multiply-adds"


def test_another_page_and_back_keeps_the_choice(server, page):
    visit(page, f"{server.url}/flow?step=layer4.0.add")
    page.get_by_test_id("stTopNavLink").get_by_text("Explore").click()
    expect(page.locator("h1")).to_have_text(re.compile("See what"))
    page.get_by_test_id("stTopNavLink").get_by_text("Flow").click()
    expect(flow(page)).to_have_attribute("data-step", "layer4.0.add", timeout=20_000)
    wait_until_idle(page)
    expect(page.get_by_text("layer4.0.add · 512 maps of 7×7")).to_be_visible()


def test_nonsense_in_the_link_opens_the_default_view(server, page):
    odd = "?step=<script>alert(1)</script>&cell=9,9,9,9&weights=-5&photo=../../etc/passwd&tint=%00"
    visit(page, f"{server.url}/flow{odd}")
    assert chosen_step(page) == "input"
    assert red_boxes(page) == []


def test_an_own_photo_flows_through(server, page):
    visit(page, f"{server.url}/flow?step=conv1")
    before = line(page, "^min")
    give_photo(page, "noise.png", png(1))
    expect(page.get_by_text("yours", exact=True)).to_be_visible()
    wait_until_idle(page)
    truth = trace(TraceSpec(model=opening()), prepare(decode.decode(png(1), "noise.png")).tensor)
    stats = truth.stats[truth.index("conv1")]
    assert line(page, "^min") == f"{digits(stats.min)} · {digits(stats.max)}" != before
    assert in_the_address_bar(page)["photo"] == "yours"
    expect(page.get_by_text("the mean over ten parts of your photo")).to_be_visible()
    expect(page.locator(".st-key-ten_parts").get_by_test_id("stImage")).to_have_count(5)


def test_a_link_to_somebodys_own_photo_shows_the_default_and_says_so(server, page):
    visit(page, f"{server.url}/flow?photo=yours&step=conv1")
    expect(page.get_by_text("stays in its session and is gone")).to_be_visible()
    assert red_boxes(page) == []


@pytest.mark.parametrize(
    ("name", "raw"),
    [("notes.png", b"<html>no picture</html>"), ("empty.png", b""), ("cut.png", png(2)[:3000])],
)
def test_a_file_that_is_no_picture_gets_one_line_and_changes_nothing(server, page, name, raw):
    visit(page, f"{server.url}/flow?step=conv1")
    total = line(page, "^total$")
    page.get_by_test_id("stPopover").locator("button").first.click()
    file = {"name": name, "mimeType": "image/png", "buffer": raw}
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files([file])
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible(timeout=20_000)
    wait_until_idle(page)
    (said,) = page.locator('[data-testid="stAlertContentError"]').all_inner_texts()
    _icon, *lines = [row for row in said.splitlines() if row.strip()]
    assert len(lines) == 1
    assert lines[0].startswith(name)
    assert line(page, "^total$") == total


def test_two_people_never_see_each_others_tensors(server, new_page):
    people = [(new_page(), seed) for seed in (11, 12)]
    for page, _ in people:
        visit(page, f"{server.url}/flow?step=layer1.0.conv1")
    for page, seed in people:
        page.get_by_test_id("stPopover").locator("button").first.click()
        file = {"name": "mine.png", "mimeType": "image/png", "buffer": png(seed)}
        uploader = page.get_by_test_id("stFileUploader").locator("input[type=file]")
        uploader.set_input_files([file])  # both at once: nobody waits for the other
    for page, seed in people:
        expect(page.get_by_text("yours", exact=True)).to_be_visible(timeout=20_000)
        wait_until_idle(page)
        truth = trace(
            TraceSpec(model=opening()), prepare(decode.decode(png(seed), "mine.png")).tensor
        )
        stats = truth.stats[truth.index("layer1.0.conv1")]
        assert line(page, "^min") == f"{digits(stats.min)} · {digits(stats.max)}"


def test_the_shape_is_guessed_before_it_is_shown(server, page):
    visit(page, f"{server.url}/flow?guess=true&step=layer2.0.conv1")
    expect(page.get_by_text("What shape comes out?")).to_be_visible()
    assert "128×28×28" not in page.locator("[data-testid=stMain]").inner_text()
    assert "128×28×28" not in flow(page).inner_text()
    for axis, said in (("C", "128"), ("H", "56"), ("W", "28")):
        page.get_by_label(axis, exact=True).fill(said)
    page.get_by_role("button", name="Reveal").click()
    wait_until_idle(page)
    assert line(page, "^out$") == "128×28×28"
    assert line(page, "^your guess$") == "128×56×28"


TYPE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


def expect_type(page: Page, is_as_wanted: str):
    """Wait until the type size is as wanted, such as "< 15" pixels."""
    page.wait_for_function(f"() => {TYPE} {is_as_wanted}", polling=50, timeout=30_000)


def test_presenting_is_large_survives_navigation_and_ends_with_escape(server, page):
    visit(page, f"{server.url}/flow?photo=coffee&tint=memory")
    normal = page.evaluate(TYPE)
    page.keyboard.press("p")
    expect_type(page, f"> {1.2 * normal}")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/yours"), timeout=10_000)  # the next page
    assert red_boxes(page) == []
    wait_until_idle(page, timeout_ms=60_000)
    assert page.evaluate(TYPE) > 1.2 * normal
    page.keyboard.press("Escape")
    expect_type(page, f"=== {normal}")


def test_escape_ends_presenting_while_the_page_still_computes(fresh_server, page):
    page.goto(f"{fresh_server.url}/flow?present=true")  # the first one, who waits for torch
    page.get_by_test_id("bar").and_(page.locator("[data-ready]")).wait_for(timeout=30_000)
    assert page.get_by_test_id("stApp").get_attribute("data-test-script-state") == "running"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # somebody who is impatient means the same
    expect_type(page, "< 15")
    wait_until_idle(page)
    assert page.evaluate(TYPE) < 15
    assert "present" not in in_the_address_bar(page)


def test_escape_ends_presenting_from_a_slider_and_a_closed_box_too(server, page):
    visit(page, f"{server.url}/flow?present=true")
    page.get_by_label("Tint of the boxes", exact=True).click()
    page.keyboard.press("Escape")  # this one closes the list
    wait_until_idle(page)
    assert page.evaluate(TYPE) > 15
    page.keyboard.press("Escape")
    expect_type(page, "< 15")


def test_page_keys_walk_at_once_also_after_the_menu_was_used(server, page):
    visit(page, server.url)
    page.get_by_test_id("stTopNavLink").get_by_text("Flow").click()
    expect(page.locator("h1")).to_have_text("What does the network get to see?")
    wait_until_idle(page)
    page.keyboard.press("PageDown")
    expect(flow(page)).to_have_attribute("data-step", "conv1")
    page.keyboard.press("End")
    expect(flow(page)).to_have_attribute("data-step", "fc")
    page.keyboard.press("PageUp")
    expect(flow(page)).to_have_attribute("data-step", "flatten")
    page.keyboard.press("Home")
    expect(flow(page)).to_have_attribute("data-step", "input")


def test_page_keys_scroll_once_the_diagram_is_out_of_sight(server, page):
    visit(page, f"{server.url}/flow?step=bn1")
    page.get_by_role("heading", name="Take it away").scroll_into_view_if_needed()
    wait_until_idle(page)
    page.keyboard.press("PageUp")
    page.wait_for_timeout(300)
    assert chosen_step(page) == "bn1"


def test_arrows_walk_on_after_a_hover_word_was_clicked(server, page):
    visit(page, f"{server.url}/flow?step=conv1")
    page.locator(".term", has_text="receptive field").click()
    page.keyboard.press("ArrowRight")
    expect(flow(page)).to_have_attribute("data-step", "bn1")


def test_copy_link_gives_the_very_view_and_reset_the_first_one(server, page):
    visit(page, f"{server.url}/flow?photo=rocket&step=bn1")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "photo=rocket" in link
    assert "step=bn1" in link
    with page.expect_navigation():
        page.get_by_role("button", name="Reset").click()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {}
    expect(flow(page)).to_have_attribute("data-step", "input")
    expect(page.get_by_text("input · 3 maps of 224×224")).to_be_visible()


def test_the_sheet_explains_the_page_and_its_keys(server, page):
    visit(page, f"{server.url}/flow")
    page.keyboard.press("?")
    expect(page.locator(".about")).to_have_text(lessons.index()["flow"].about)
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def test_the_walk_plays_by_itself_and_stops(server, page):
    visit(page, f"{server.url}/flow?step=input")
    flow(page).get_by_role("button", name="Play").click()
    expect(flow(page)).not_to_have_attribute("data-step", "input", timeout=5000)
    flow(page).get_by_role("button", name=re.compile("Pause|Play")).click()
    wait_until_idle(page)
    stopped = chosen_step(page)
    page.wait_for_timeout(1500)
    assert chosen_step(page) == stopped


def test_the_table_and_the_script_are_taken_away(server, page):
    visit(page, f"{server.url}/flow?step=conv1&cell=5,3,4")
    page.get_by_role("button", name="Table (CSV)").scroll_into_view_if_needed()
    wait_until_idle(page)  # what came into sight is drawn
    with page.expect_download() as table:
        page.get_by_role("button", name="Table (CSV)").click()
    rows = table.value.path().read_text().splitlines()
    assert len(rows) == 1 + 70
    assert rows[2].startswith("conv1,conv2d,64×112×112,9408,118013952,")
    with page.expect_download() as script:
        page.get_by_role("button", name="Script (Python)").click()
    code = script.value.path().read_text()
    compile(code, "forward_pass.py", "exec")
    assert "viz_models" not in code
    assert 'STEP = "conv1"' in code
    assert "CELL = (5, 3, 4)" in code


def test_fast_scrolling_leaves_the_page_whole(server, page):
    """What comes into sight is drawn while more comes into sight; Streamlit once went blank."""
    visit(page, f"{server.url}/flow?photo=rocket")
    page.mouse.move(640, 500)
    for way in (500, -500, 500):
        for _ in range(14):
            page.mouse.wheel(0, way)
            page.wait_for_timeout(100)
    wait_until_idle(page)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("heading", name="Take it away")).to_have_count(1)
    assert red_boxes(page) == []
