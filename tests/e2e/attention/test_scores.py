"""The lesson on scores: type a sentence, open a score, paint a mask, walk the words, share."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import in_the_address_bar, line, red_boxes, visit, wait_until_idle
from viz_models.analysis.attention.score import score
from viz_models.analysis.attention.scores import stages
from viz_models.digits import digits
from viz_models.records import AttendSpec, MaskSpec
from viz_models.ui.panels.attention.scores import BESIDE
from viz_models.ui.panels.attention.scores_cards import total_digits

pytestmark = pytest.mark.e2e


def stage(page: Page):
    return page.get_by_test_id("tiles").first


def chosen(page: Page):
    """Query and key that the stage outlines."""
    return tuple(int(i) for i in stage(page).get_attribute("data-cell").split(","))


def click_in(page: Page, group: str, across: float, down: float):
    """Click at a share of a matrix's width and of the height that is certainly its cells."""
    canvas = page.locator(f"canvas[data-group={group}]")
    box = canvas.bounding_box()
    top = 0.3 * box["height"]  # its labels stand above
    canvas.click(position={"x": across * box["width"], "y": top + down * (box["height"] - top)})
    wait_until_idle(page)


def asked(text="i love cats", **mask):
    kinds = mask.pop("kinds", ("padding", "causal", "painted"))
    return AttendSpec(text=text, batch=BESIDE, mask=MaskSpec(kinds=kinds, **mask))


def test_a_sentence_is_typed_and_its_words_become_the_rows(server, page):
    visit(page, f"{server.url}/attend")
    field = page.get_by_role("textbox", name="Sentence")
    field.fill("the black cat sleeps")
    field.press("Enter")
    expect(page.locator(".scrubber .lead")).to_have_text("the black cat sleeps →", timeout=10_000)
    wait_until_idle(page)
    assert in_the_address_bar(page)["text"] == "the black cat sleeps"
    words = page.locator(".scrubber .stop").all_inner_texts()
    named = {"<bos>": "→", "<pad>": "pad"}
    truth = stages(asked("the black cat sleeps")).queries
    assert words == [named.get(token, token) for token in truth]
    assert red_boxes(page) == []


def test_unknown_words_are_marked_and_empty_text_is_answered(server, page):
    visit(page, f"{server.url}/attend?text=i+love+zebras")
    expect(page.get_by_text("“zebras” → <unk>")).to_be_visible()
    visit(page, f"{server.url}/attend?text=...")
    expect(page.get_by_text("the text has no word")).to_be_visible()


def test_a_score_is_clicked_and_its_products_add_up_to_it(server, page):
    visit(page, f"{server.url}/attend")
    click_in(page, "scores", 0.3, 0.7)
    query, key = chosen(page)
    assert in_the_address_bar(page)["cell"] == f"{query},{key}"
    truth = score(stages(asked()), query, key)
    assert truth.agrees
    assert line(page, "^equals torch") == digits(truth.torch_value, 6)
    assert line(page, "the row's sum") == digits(truth.weight, 3)
    total = digits(truth.total, total_digits(truth))
    assert page.get_by_text(f"{total} ÷ √{truth.products.size}").count() == 1


def test_a_mask_is_painted_and_painted_back(server, page):
    visit(page, f"{server.url}/attend?mask=causal&mask=painted")
    entries = page.evaluate("history.length")
    click_in(page, "masked", 0.95, 0.4)
    painted = in_the_address_bar(page)["painted"]
    query, key = (int(i) for i in painted.split("."))
    before = stages(asked(kinds=("causal",)))
    after = stages(asked(kinds=("causal", "painted"), painted=((query, key),)))
    assert not before.allowed[query, key]
    assert after.allowed[query, key]
    click_in(page, "masked", 0.95, 0.4)
    assert "painted" not in in_the_address_bar(page)
    assert page.evaluate("history.length") == entries


def test_the_words_are_walked_by_keyboard_and_the_stage_follows(server, page):
    visit(page, f"{server.url}/attend")
    row, column = chosen(page)
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    assert chosen(page) == (row + 1, column)
    assert in_the_address_bar(page)["cell"] == f"{row + 1},{column}"
    stage(page).focus()
    page.keyboard.press("ArrowUp")
    wait_until_idle(page)
    assert chosen(page) == (row, column)
    expect(page.locator(".scrubber")).to_have_attribute("data-at", str(row))


def test_a_link_opens_the_very_view(server, new_page):
    first = new_page()
    visit(first, f"{server.url}/attend?text=the+black+cat+sleeps&fill=0&head=1,2&painted=3.0")
    click_in(first, "weights", 0.2, 0.8)
    said = line(first, "the row's sum"), chosen(first)
    first.get_by_role("button", name="Copy link").click()
    expect(first.get_by_text("Link copied")).to_be_visible()
    second = new_page()
    visit(second, first.evaluate("navigator.clipboard.readText()"))
    assert (line(second, "the row's sum"), chosen(second)) == said
    expect(second.get_by_text("layer 1, head 2").first).to_be_visible()


def test_a_head_is_opened_from_the_overview(server, page):
    visit(page, f"{server.url}/attend")
    heads = page.locator("canvas[data-group=heads]")
    box = heads.bounding_box()
    heads.click(position={"x": box["width"] - 30, "y": box["height"] - 30})
    wait_until_idle(page)
    assert in_the_address_bar(page)["head"] == "1,3"
    expect(page.get_by_text("layer 1, head 3").first).to_be_visible()


def test_a_row_that_may_look_at_nothing_says_so(server, page):
    everything = "_".join(f"0.{key}" for key in range(1))
    visit(page, f"{server.url}/attend?mask=causal&mask=painted&painted={everything}&cell=0,0")
    expect(page.get_by_text("may look at nothing").first).to_be_visible()
    assert line(page, "no key is left to share") == "NaN"


def test_each_kind_of_attention_opens_on_the_mask_that_its_network_has(server, page):
    visit(page, f"{server.url}/attend?cell=0,3")
    expect(page.get_by_text("may not see 6 of 7 keys")).to_be_visible()
    for part, hidden in (("cross", 3), ("encoder", 3)):
        page.get_by_role("radio", name=part, exact=True).click()
        expect(page.get_by_text(f"may not see {hidden} of 7 keys")).to_be_visible(timeout=10_000)
    assert red_boxes(page) == []
