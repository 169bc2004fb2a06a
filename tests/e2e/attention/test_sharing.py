"""The lessons on shared K/V heads and on decoding as people use them."""

import csv

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import card, in_the_address_bar, line, red_boxes, visit, wait_until_idle
from viz_models.analysis.attention import decode as decoding
from viz_models.analysis.attention import sharing
from viz_models.digits import digits, percent
from viz_models.recordings import sharing as recordings_sharing
from viz_models.records import DecodeSpec, SharingSpec
from viz_models.ui.panels.attention import decode as attend_decode
from viz_models.ui.panels.attention.sentence import token_labels

pytestmark = pytest.mark.e2e
FOUND = DecodeSpec(text=attend_decode.TEXT, width=attend_decode.WIDTH)


def open_lesson(page: Page, server, path: str):
    """The lesson, with its charts painted."""
    visit(page, f"{server.url}/{path}")
    charts = page.locator('[data-testid="chart"] .main-svg:first-child')
    expect(charts.nth(1)).to_be_visible(timeout=30_000)


def stops(page: Page):
    """The words at the foot."""
    return page.get_by_test_id("scrubber").locator(".stop")


def chosen(page: Page) -> str:
    """The word at the foot that is being written."""
    return page.get_by_test_id("scrubber").locator(".stop[aria-selected=true]").inner_text()


def test_fewer_heads_are_pooled_and_retrained_beside_each_other(server, page):
    open_lesson(page, server, "sharing")
    recorded = recordings_sharing.load()
    for kv_heads, keys in ((2, ()), (1, ("ArrowRight",))):
        for key in keys:
            page.locator(".st-key-kv input[type=range]").press(key)
            wait_until_idle(page)
        truth = sharing.sharing(SharingSpec(kv_heads=kv_heads))
        for i, version in enumerate(truth.versions):
            accuracy = recorded.accuracy(version.kind, kv_heads)
            shown = card(page, i)
            assert line(shown, "unseen sentences right") == percent(accuracy.right / accuracy.of)
            assert line(shown, "p of a word") == f"{version.probability:.3f}"
            assert line(shown, "different patterns") == str(version.pattern_rank)
    assert in_the_address_bar(page)["kv"] == "1"
    expect(page.get_by_text("MQA makes the KV cache 4 times smaller")).to_be_visible()


def test_nothing_is_shared_with_a_head_each(server, page):
    open_lesson(page, server, "sharing?kv=4")
    expect(page.get_by_text("nothing is shared: all versions are")).to_be_visible()
    assert {line(card(page, i), "output here changes by") for i in range(4)} == {"0.0 %"}


def test_times_are_measured_here_when_asked(server, page):
    open_lesson(page, server, "sharing")
    expect(card(page, 4)).to_contain_text("recorded run")
    page.get_by_text("time it here").click()
    wait_until_idle(page)
    expect(card(page, 4)).to_contain_text("measured now")


def test_the_sentence_is_walked_by_the_keyboard(server, page):
    open_lesson(page, server, "decode")
    written = decoding.decoding(FOUND).written
    labels = token_labels(written.tokens)
    expect(stops(page)).to_have_text(list(labels))
    first = attend_decode.FIRST
    assert chosen(page) == labels[first]
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    assert chosen(page) == labels[first + 1]
    assert in_the_address_bar(page)["word"] == str(first + 1)
    expect(page.get_by_text(f"Word {first + 2} is")).to_be_visible()
    for key, at in (("Home", 0), ("End", len(written.tokens) - 1)):
        page.keyboard.press(key)
        wait_until_idle(page)
        assert chosen(page) == labels[at]
        read = ("→", *written.tokens)[at]
        said = f"after {read} it writes {labels[at]}, p = {written.probability[at]:.3f}"
        expect(page.get_by_test_id("scrubber").locator(".said")).to_have_text(said)


def test_a_link_opens_the_same_word_width_and_sentence(server, new_page):
    page = new_page()
    open_lesson(page, server, "decode?text=i+love+cats&beam=2")
    stops(page).nth(3).click()
    wait_until_idle(page)
    link = page.url
    assert in_the_address_bar(page) == {"text": "i love cats", "beam": "2", "word": "3"}
    other = new_page()
    visit(other, link)
    assert chosen(other) == "chats"
    expect(other.get_by_test_id("ledger").first).to_contain_text("Beam of 2")


def test_a_wider_beam_finds_a_better_sentence_than_greedy(server, page):
    open_lesson(page, server, "decode")
    found = decoding.decoding(FOUND)
    assert line(card(page, 0), "log p of the sentence") == digits(found.written.log_probability, 4)
    for _ in range(2):
        page.locator(".st-key-beam input[type=range]").press("ArrowLeft")
        wait_until_idle(page)
    expect(card(page, 0)).to_contain_text("Beam of 1")
    expect(stops(page)).to_have_text(list(token_labels(found.greedy)))


def test_unknown_words_are_told_and_an_empty_line_is_no_error(server, page):
    open_lesson(page, server, "decode?text=i+love+zebras")
    expect(page.get_by_text("“zebras” → <unk>")).to_be_visible()
    page.get_by_role("textbox", name="Sentence").fill("!!")
    page.get_by_role("textbox", name="Sentence").press("Enter")
    wait_until_idle(page)
    expect(page.get_by_text("the text has no word")).to_be_visible()
    assert red_boxes(page) == []


def test_words_are_taken_away_as_a_table(server, page):
    open_lesson(page, server, "decode")
    written = decoding.decoding(FOUND).written
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert tuple(r["word"] for r in rows) == written.tokens
    shown = [float(r["probability"]) for r in rows]
    assert shown == pytest.approx(written.probability.tolist(), rel=1e-4)


def test_temperature_and_top_k_change_what_is_drawn(server, page):
    open_lesson(page, server, "decode?top_k=top+1")
    page.get_by_text("Temperature and top-k", exact=True).first.scroll_into_view_if_needed()
    drawn = page.get_by_test_id("ledger").filter(has_text="i love …")
    expect(drawn).to_be_visible(timeout=30_000)
    lines = drawn.locator("dt").all_inner_texts()[:6]
    assert len(set(lines)) == 1, "with one word to draw from, every sentence is the greedy one"
