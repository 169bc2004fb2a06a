import math

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.attention import decode as figures
from viz_models.records import BeamNode, DecodeSpec, Decoding, Provenance, Sample, SampleSpec
from viz_models.records import Written as Sentence


def node(step, parent, token, total, kept=True):
    """One word; its own log-probability does not matter here."""
    return BeamNode(
        step=step,
        parent=parent,
        token=token,
        log_probability=-0.1,
        total=total,
        kept=kept,
        ended=token == "<eos>",
    )


TREE = (
    node(0, -1, "le", -0.5),
    node(0, -1, "la", -1.0),
    node(1, 0, "chat", -2.5),
    node(1, 0, "chien", -4.0, kept=False),
    node(1, 0, "cheval", -5.0, kept=False),
    node(1, 1, "souris", -1.2),
    node(1, 1, "vache", -6.0, kept=False),
)


def decoding():
    return Decoding(
        spec=DecodeSpec(width=2),
        unknown=(),
        tree=TREE,
        path=(1, 5),
        written=Sentence(
            source=("x",),
            tokens=("la", "souris"),
            vocabulary=("la", "souris"),
            probabilities=np.eye(2),
            chosen=np.array([0, 1]),
            log_probabilities=np.array([-1.0, -0.2]),
            cross=np.ones((1, 1, 2, 1)),
            max_difference=0.0,
        ),
        greedy=("le", "chat"),
        greedy_log_probability=-2.5,
        provenance=Provenance(),
    )


@pytest.mark.parametrize(("dark", "p"), [(False, theme.LIGHT), (True, theme.DARK)])
def test_the_written_word_is_orange_among_the_likely(dark, p):
    fig = figures.likely_words([("et", 0.6), ("a", 0.3), ("les", 0.0001)], "a", dark=dark)
    [bars] = fig.data
    assert list(bars.y) == ["les", "a", "et"]
    assert list(bars.x) == [0.0001, 0.3, 0.6]
    assert list(bars.marker.color) == [p.blue, p.orange, p.blue]
    assert list(bars.text) == ["< 0.001", "0.300", "0.600"]


def test_the_best_of_each_step_lies_on_top_and_only_the_best_dropped_are_drawn():
    at = figures._rows(TREE)
    assert at[:2] == [0.0, -1.0]
    assert [at[i] for i in (5, 2, 3, 4)] == [0.0, -1.0, -2.0, -3.0]
    assert math.isnan(at[6])


def test_edges_go_from_parents_to_words_in_their_color():
    fig = figures.beam_tree(decoding())
    dropped, kept, found = fig.data[:3]
    assert found.line.color == theme.LIGHT.orange
    assert kept.line.color == theme.LIGHT.blue
    assert [t.y.count(None) for t in (dropped, kept, found)] == [2, 2, 2]
    assert found.y == (0.0, -1.0, None, -1.0, 0.0, None)
    words = fig.data[3]
    assert len(words.text) == 6
    assert not any("vache" in t for t in words.text)


def test_before_and_after_are_the_same_words_in_the_order_of_before():
    before = np.array([0.1, 0.5, 0.15, 0.25])
    after = np.array([0.0, 0.9, 0.0, 0.1])
    sample = Sample(
        spec=SampleSpec(),
        prompt=("i",),
        unknown=(),
        vocabulary=("a", "b", "c", "d"),
        before=before,
        after=after,
        entropy=(1.7, 0.5),
        sentences=(),
        greedy=(),
        max_difference=0.0,
        provenance=Provenance(),
    )
    one, two = figures.before_and_after(sample, count=3).data
    assert list(one.x) == list(two.x) == ["b", "d", "c"]
    assert list(one.y) == [0.5, 0.25, 0.15]
    assert list(two.y) == [0.9, 0.1, 0.0]


def test_a_certain_word_is_not_written_with_a_minus_before_a_zero():
    assert figures._minus(-1.5e-5) == "0.00"
    assert figures._minus(-0.706) == "−0.71"
