import numpy as np
import pytest

from viz_models.analysis.sequence import gates
from viz_models.analysis.sequence.gates_elsewhere import NEAREST, corpus, elsewhere
from viz_models.records.sequence.gates import GatesSpec
from viz_models.records.sequence.gates_elsewhere import PARTS
from viz_models.training.data.grammar import test_pairs as unseen_pairs

SENTENCES = [p.english for p in unseen_pairs(60, 7)]


@pytest.fixture(scope="module")
def found():
    return corpus("lstm", SENTENCES)


def test_sentences_of_one_padded_batch_have_the_states_that_they_have_alone(found):
    alone = gates.unrolled(GatesSpec(text=" ".join(SENTENCES[3])))
    rows = [n for n, (sentence, _) in enumerate(found.places) if sentence == 3]
    assert found.sentences[3] == alone.tokens
    for part in PARTS:
        np.testing.assert_allclose(found.values[part][rows], getattr(alone, part), atol=2e-6)


def test_no_other_place_is_nearer_and_no_state_is_named_twice(found):
    value = 0.3
    places = elsewhere(found, "h", 5, value).nearest
    off = [abs(p.value - value) for p in places]
    assert off == sorted(off)
    assert len({p.tokens[: p.word + 1] for p in places}) == len(places) == NEAREST
    assert np.sum(np.abs(found.values["h"][:, 5] - value) < off[0]) == 0


def test_the_extremes_are_means_after_one_word(found):
    where = elsewhere(found, "f", 9, 0.5)
    best = where.highest[0]
    rows = [n for n, (s, w) in enumerate(found.places) if found.sentences[s][w] == best.word]
    assert best.count == len(rows)
    assert best.value == pytest.approx(float(found.values["f"][rows, 9].mean()), rel=1e-5)
    assert best.value >= where.highest[-1].value >= where.lowest[-1].value >= where.lowest[0].value
