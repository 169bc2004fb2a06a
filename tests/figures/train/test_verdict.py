"""Intervals against zero: where they end, and which side is better."""

import pytest

from viz_models.figures import theme
from viz_models.figures.train.verdict import REACH, Row, intervals


def row(mean, low, high, **more):
    decided = low > 0 or high < 0
    return Row(label="A − B", said="said", mean=mean, low=low, high=high, decided=decided, **more)


def lines(fig):
    return [t for t in fig.data if t.mode == "lines"]


def test_every_row_reaches_as_far_as_the_longest_end_and_keeps_its_proportions():
    fig = intervals([row(0.3, 0.1, 0.5), row(-20.0, -40.0, 10.0)], ("B", "A"))
    small, large = (list(t.x) for t in lines(fig))
    assert small == pytest.approx([0.2 * REACH, REACH])
    assert large == pytest.approx([-REACH, 0.25 * REACH])


def test_below_zero_is_left_and_above_is_right():
    fig = intervals([row(-2.0, -3.0, -1.0), row(2.0, 1.0, 3.0)], ("B", "A"))
    assert [t.x[0] > 0 for t in fig.data if t.mode == "markers"] == [False, True]


@pytest.mark.parametrize("dark", [False, True])
def test_green_says_that_zero_is_left_out(dark):
    p = theme.palette(dark)
    fig = intervals([row(0.3, 0.1, 0.5), row(0.3, -0.1, 0.7)], ("B", "A"), dark=dark)
    assert [t.marker.color for t in fig.data if t.mode == "markers"] == [p.green, p.muted]


def test_a_row_without_pairs_has_words_only():
    nothing = Row(label="A − B", said="no pair yet", mean=None, low=None, high=None, decided=False)
    fig = intervals([nothing], ("B", "A"))
    assert len(fig.data) == 0
    assert "no pair yet" in [a.text for a in fig.layout.annotations]


def test_exactly_zero_stays_in_the_middle():
    fig = intervals([row(0.0, 0.0, 0.0)], ("B", "A"))
    assert list(lines(fig)[0].x) == [0, 0]


def test_both_sides_are_named():
    fig = intervals([row(0.3, 0.1, 0.5)], ("640 is better", "64 is better"))
    texts = [a.text for a in fig.layout.annotations]
    assert "◂ 640 is better" in texts
    assert "64 is better ▸" in texts
