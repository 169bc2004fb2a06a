from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from viz_models.figures.classroom import room

ESTIMATES = st.lists(
    st.floats(-1e15, 1e15, allow_nan=False, allow_infinity=False), min_size=1, max_size=60
)


@given(ESTIMATES)
@example([0.0, 64917600605.0, 3.25e-297])
@example([1e15, 1e15 + 0.125])
@example([5e-324])
def test_every_estimate_falls_into_one_bar(numbers):
    edges = room.bins(numbers)
    assert all(a < b for a, b in pairwise(edges))
    drawn = room.histogram(numbers)
    bars = drawn["series"][0]["data"]
    assert sum(bar["value"] for bar in bars) == len(numbers)
    assert len(bars) == len(drawn["xAxis"]["data"]) <= 12


def test_the_bars_are_those_of_numpy():
    numbers = np.random.default_rng(0).normal(50, 10, 200).tolist()
    edges = room.bins(numbers)
    expected, _ = np.histogram(numbers, [-np.inf, *edges, np.inf])
    found = np.bincount(room.places(numbers, edges), minlength=len(edges) + 1)
    assert found.tolist() == expected.tolist()
    assert all(edge % 5 == 0 for edge in edges)  # round numbers


def test_one_wild_guess_squeezes_nobody():
    edges = room.bins([10, 11, 12, 13, 14, 15, 16, 17, 18, 19] * 6 + [1e12])
    assert len(edges) >= 5
    assert edges[-1] < 30


def test_guesses_over_powers_of_ten_stand_at_powers_of_ten():
    edges = room.bins([1e3, 1e4, 1e5, 1e6, 11.7e6, 1e8])
    assert np.allclose(np.log10(edges), np.round(np.log10(edges)))


@pytest.mark.parametrize("dark", [False, True])
def test_the_right_bar_and_ones_own_have_their_colors(dark):
    drawn = room.histogram([1.0, 2.0, 3.0, 4.0, 9.0], answer=9.0, mine=1.0, dark=dark)
    colors = [bar["itemStyle"]["color"] for bar in drawn["series"][0]["data"]]
    palette = room.theme.palette(dark)
    marked = [label for label in drawn["xAxis"]["data"] if isinstance(label, dict)]
    assert [label["textStyle"]["color"] for label in marked] == [palette.green_text]
    assert colors[0] == palette.orange
    assert colors[-1] == palette.green
    assert set(colors[1:-1]) == {palette.categorical[0]}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (11_689_512, "11.7 M"),
        (5e6, "5 M"),
        (2500, "2,500"),
        (-2500, "−2,500"),
        (0.25, "0.25"),
        (0, "0"),
    ],
)
def test_numbers_are_written_as_people_do(value, said):
    assert room.number(value) == said
