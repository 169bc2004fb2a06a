"""BLEU beside sacrebleu, nltk and the numbers that the learners' notes have."""

import math
import random

import pytest
import sacrebleu
from nltk.translate.bleu_score import sentence_bleu

from viz_models.analysis.sequence.bleu import bleu, brevity_penalty, words
from viz_models.records.sequence.bleu import BleuSpec

NOTES = BleuSpec(reference=tuple("abcdef"), translation=tuple("abbcd"))


def pairs(count):
    """Random references, and translations that share words and word order with them."""
    draw = random.Random(0)
    for _ in range(count):
        reference = draw.choices("abcdefgh", k=draw.randint(1, 12))
        translation = [w if draw.random() < 0.7 else draw.choice("abxyz") for w in reference]
        start = draw.randint(0, 2)
        yield tuple(reference), tuple(translation[start:] + draw.choices("ab", k=start))


def theirs(spec, method):
    found = sacrebleu.sentence_bleu(
        " ".join(spec.translation),
        [" ".join(spec.reference)],
        smooth_method=method,
        tokenize="none",
    )
    return found.score / 100


@pytest.mark.parametrize("method", ["none", "exp", "floor", "add-k"])
def test_equals_sacrebleu_on_200_pairs(method):
    several = 0
    for reference, translation in pairs(200):
        spec = BleuSpec(reference=reference, translation=translation)
        found = bleu(spec).score(method)
        assert found == pytest.approx(theirs(spec, method), abs=1e-9), spec
        several += 0 < found < 1
    assert several > 100 if method != "none" else several > 30


@pytest.mark.filterwarnings("ignore:\nThe hypothesis contains 0 counts")
def test_equals_nltk_with_either_choice_of_weights():
    for reference, translation in pairs(200):
        if len(translation) < 4:  # nltk then counts one n-gram of no words
            continue
        found = bleu(BleuSpec(reference=reference, translation=translation))
        if all(o.matched for o in found.orders):
            for key, weights in (("paper", (0.25,) * 4), ("d2l", (0.5, 0.25, 0.125, 0.0625))):
                expected = sentence_bleu([list(reference)], list(translation), weights)
                assert found.score(key) == pytest.approx(expected, abs=1e-12)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of p_n that are zero
def test_equals_nltk_without_smoothing_on_200_pairs():
    zeros = 0
    for reference, translation in pairs(200):
        found = bleu(BleuSpec(reference=reference, translation=translation)).score("nltk")
        expected = sentence_bleu([list(reference)], list(translation))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)
        zeros += 0 < found < 1e-50
    assert zeros > 20


def test_the_example_of_the_notes():
    found = bleu(NOTES)
    assert [(o.matched, o.total) for o in found.orders] == [(4, 5), (3, 4), (1, 3), (0, 2)]
    assert found.brevity_penalty == pytest.approx(math.exp(1 - 6 / 5))
    assert found.score("paper") == found.score("d2l") == 0
    products = [
        bleu(BleuSpec(**{**_fields(NOTES), "max_order": n})).score("d2l") for n in (1, 2, 3)
    ]
    assert products == pytest.approx([0.7323, 0.6815, 0.5940], abs=5e-5)


def _fields(spec):
    return {"reference": spec.reference, "translation": spec.translation}


def test_a_word_that_is_said_too_often_is_clipped():
    found = bleu(BleuSpec(reference=tuple("abc"), translation=tuple("aaa"), max_order=1))
    (order,) = found.orders
    assert [n.matched for n in order.ngrams] == [True, False, False]
    assert [n.is_clipped for n in order.ngrams] == [False, True, True]
    assert (order.matched, order.total) == (1, 3)


def test_what_is_lost_when_one_precision_is_halved():
    spec = BleuSpec(reference=tuple("abcde"), translation=tuple("abcde"))
    found = {c.key: c for c in bleu(spec).conventions}
    assert found["paper"].score == found["d2l"].score == 1
    assert found["paper"].halved == pytest.approx([1 - 2**-0.25] * 4)
    assert found["d2l"].halved == pytest.approx([1 - 0.5 ** (0.5**n) for n in (1, 2, 3, 4)])


@pytest.mark.parametrize(
    ("reference", "translation", "penalty"),
    [(6, 5, math.exp(-0.2)), (5, 5, 1), (5, 6, 1), (3, 0, 0)],
)
def test_only_short_translations_are_punished(reference, translation, penalty):
    assert brevity_penalty(reference, translation) == pytest.approx(penalty)


def test_an_empty_translation_scores_zero_everywhere():
    found = bleu(BleuSpec(reference=("a",), translation=()))
    assert [c.score for c in found.conventions] == [0] * 7


def test_what_cannot_be_counted_is_refused_in_a_line():
    with pytest.raises(ValueError, match="the reference is empty"):
        bleu(BleuSpec(reference=(), translation=("a",)))
    with pytest.raises(ValueError, match="1 to 4 words"):
        bleu(BleuSpec(reference=("a",), translation=("a",), max_order=5))
    with pytest.raises(ValueError, match="the translation has 41 words; at most 40"):
        words("a " * 41, "translation")
