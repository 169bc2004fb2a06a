"""Intervals against zero: where they end, and which side is better."""

import pytest

from viz_models.figures import theme
from viz_models.figures.train.verdict import LINE, REACH, Row, intervals


def row(mean, low, high, **more):
    decided = low > 0 or high < 0
    return Row(label="A − B", said="said", mean=mean, low=low, high=high, decided=decided, **more)


def lines(fig):
    return [t for t in fig.data if t.mode == "lines"]


def limit(fig, axis="xaxis"):
    low, high = fig.layout[axis].range
    assert low == -high
    return high


def test_rows_with_one_unit_have_one_scale():
    """−50 looked smaller than +24: each row had a scale of its own."""
    fig = intervals([row(24.0, 19.0, 29.0), row(-50.0, -60.0, -40.0)], ("B", "A"))
    assert [t.xaxis for t in fig.data] == ["x"] * 4
    small, large = (list(t.x) for t in lines(fig))
    assert (small, large) == ([19.0, 29.0], [-60.0, -40.0])
    assert limit(fig) == pytest.approx(60.0 / REACH)


def test_another_unit_has_an_axis_of_its_own_that_names_it():
    fig = intervals(
        [row(24.0, 19.0, 29.0, unit="points"), row(0.2, 0.1, 0.3, unit="seconds")], ("B", "A")
    )
    assert [t.xaxis for t in lines(fig)] == ["x", "x2"]
    assert limit(fig) == pytest.approx(29.0 / REACH)
    assert limit(fig, "xaxis2") == pytest.approx(0.3 / REACH)
    assert fig.layout.xaxis.title.text == "points"
    assert fig.layout.xaxis2.title.text == "seconds"
    assert fig.layout.yaxis.domain[0] > fig.layout.yaxis2.domain[1]  # below each other


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


def test_a_long_name_goes_on_in_a_second_line():
    """It was clipped: "batch 640, rat"."""
    name = "batch 64 − batch 640, rate × 10, after the same number of samples seen"
    one = Row(label=name, said="said", mean=1.0, low=0.5, high=1.5, decided=True)
    fig = intervals([one], ("B", "A"))
    texts = [a.text for a in fig.layout.annotations]
    assert name not in texts
    assert " ".join(texts).startswith(name)
    short = intervals([row(1.0, 0.5, 1.5)], ("B", "A"))
    assert fig.layout.height == short.layout.height + LINE
