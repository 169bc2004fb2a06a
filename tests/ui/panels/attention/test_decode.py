"""What the lesson on decoding opens with, and how it names rows, layers and heads."""

import numpy as np
import pytest

from viz_models.analysis.attention import decode
from viz_models.models.vocabulary import tokenize
from viz_models.records import DecodeSpec, SlipSpec
from viz_models.ui.panels.attention import decode as panel
from viz_models.ui.panels.attention import decode_more as more


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


def test_a_wrong_translation_never_stands_for_the_true_one_where_the_page_opens(view):
    assert more.sentence_of(view) == more.RIGHT != panel.TEXT
    greedy = decode.decoding(DecodeSpec(text=more.RIGHT)).greedy
    assert " ".join(greedy) == "le grand chien mange une pomme rouge <eos>"
    slip = decode.slip(SlipSpec(text=more.RIGHT, step=more.SLIP - 1, rank=1))
    after = range(more.SLIP, len(greedy))
    assert [int(slip.teacher.probabilities[t].argmax()) for t in after] == [
        int(slip.teacher.chosen[t]) for t in after
    ], "teacher forcing finds every later word"
    assert slip.free.tokens[more.SLIP :] != greedy[more.SLIP :], "free running does not"


def test_a_sentence_of_ones_own_is_the_one_in_which_a_word_is_replaced():
    own = decode.decoding(DecodeSpec(text="i love cats"))
    assert more.sentence_of(panel.View(own, 1, None, 0)) == "i love cats"
