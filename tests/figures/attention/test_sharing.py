import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.attention import sharing as figures
from viz_models.recordings import sharing as recordings_sharing


@pytest.fixture(scope="module")
def recorded():
    return recordings_sharing.load()


@pytest.mark.parametrize(("dark", "p"), [(False, theme.LIGHT), (True, theme.DARK)])
def test_a_line_for_each_number_of_heads_and_the_chosen_one_is_orange(recorded, dark, p):
    for fig in (
        figures.bytes_over_context(recorded.growth, 2, dark=dark),
        figures.time_over_context(recorded.times, 2, dark=dark),
    ):
        assert [t.name for t in fig.data] == ["4 K/V", "2 K/V", "1 K/V"]
        assert [t.line.color == p.orange for t in fig.data] == [False, True, False]
        assert len({t.line.dash for t in fig.data}) == 3
        assert {a.text for a in fig.layout.annotations} == {t.name for t in fig.data}


def test_lines_are_what_was_measured(recorded):
    held = figures.bytes_over_context(recorded.growth, 4).data
    for line, nbytes in zip(held, recorded.growth.nbytes, strict=True):
        np.testing.assert_array_equal(line.y, nbytes / 1024)
    spent = figures.time_over_context(recorded.times, 4)
    assert (spent.layout.xaxis.type, spent.layout.yaxis.type) == ("log", "log")
    for line, times in zip(spent.data, recorded.times.milliseconds, strict=True):
        np.testing.assert_array_equal(line.y, times)


@pytest.mark.parametrize(("kv_heads", "summed"), [(4, False), (2, False), (1, False), (2, True)])
def test_the_drawing_has_a_box_for_every_q_k_and_v(kv_heads, summed):
    svg = ET.fromstring(figures.who_shares(4, kv_heads, summed))
    letters = [e.text for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert [letters.count(x) for x in "qkv"] == [4, kv_heads, kv_heads]
    assert letters.count("+") == (kv_heads if summed else 0)


def test_nothing_is_summed_where_nothing_is_shared():
    assert figures.who_shares(4, 4, True) == figures.who_shares(4, 4, False)


def test_names_of_lines_that_end_together_are_moved_apart(recorded):
    times = recorded.times
    together = replace(times, milliseconds=np.ones_like(times.milliseconds))
    names = figures.time_over_context(together, 2).layout.annotations
    assert [a.yshift for a in names] == [0, figures.LETTERS, 2 * figures.LETTERS]
