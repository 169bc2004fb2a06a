"""Sentences of the shipped grammar, with the lengths that links have always named."""

import pytest

from viz_models.models.vocabulary import ENGLISH
from viz_models.records import SentenceSpec
from viz_models.ui.panels.normalization.sentences import LENGTHS
from viz_models.ui.results.normalization import sentences as results


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("seed", [0, 9])
def test_sentences_and_neighbors_have_these_lengths_and_known_words(lengths, seed):
    spec = results.drawn(lengths, seed)
    assert spec.lengths == lengths
    assert tuple(len(text.split()) for text in spec.neighbors) == lengths[1:]
    assert len({*spec.sentences, *spec.neighbors}) == 2 * len(lengths) - 1
    assert {w for text in spec.sentences for w in text.split()} <= set(ENGLISH)


def test_the_lesson_opens_with_the_sentences_of_the_record():
    assert results.drawn(next(iter(LENGTHS.values())), 0) == SentenceSpec()
