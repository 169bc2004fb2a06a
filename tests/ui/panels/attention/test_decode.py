"""What the lesson on decoding opens with, and how it names rows, layers and heads."""

import numpy as np
import pytest

from viz_models.analysis.attention import decode
from viz_models.models.vocabulary import tokenize
from viz_models.records import DecodeSpec
from viz_models.ui.panels.attention import decode as panel


@pytest.fixture(scope="module")
def view():
    found = decode.decoding(DecodeSpec(text=panel.TEXT, width=panel.WIDTH))
    return panel.View(found, layer=1, head=None, word=panel.first_word(found.written))


def test_the_page_opens_on_a_right_translation_that_greedy_search_misses(view):
    written, greedy = view.written, view.decoding.greedy
    assert " ".join(written.tokens) == "est-ce que je n' ai pas ce cheval ? <eos>"
    assert " ".join(greedy) == "est-ce que j' n' ai pas ce cheval ? <eos>"
    assert written.log_probability > view.decoding.greedy_log_probability
    assert panel.section(view) == "answer beam"
    facts = panel.facts(view)
    assert (facts["word"], facts["likeliest"]) == ("je", "j'")
    assert float(facts["p"]) < float(facts["highest"])


def test_every_example_is_known_to_the_network():
    assert [tokenize(text).unknown for text in panel.EXAMPLES] == [()] * len(panel.EXAMPLES)


def test_a_row_is_named_after_the_word_that_was_read_and_says_what_it_writes(view):
    shown = panel._cross(view)
    assert shown.row_labels[:4] == ("→", "est-ce", "que", "je")
    assert shown.row_margins[0][:4] == ("est-ce", "que", "je", "n'")
    assert shown.row_margin_names == ("writes",)


def test_layers_and_heads_count_from_0_as_in_torch(view):
    layer, head = panel.LOOKS["layer 1, head 3"]
    cross = view.written.cross
    shown = panel.View(view.decoding, layer, head, view.word)
    np.testing.assert_array_equal(shown.weights, cross[1, 3])
    assert {layer for layer, _ in panel.LOOKS.values()} == set(range(len(cross)))
