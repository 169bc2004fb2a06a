import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.normalization.oracle import KINDS, grouped
from viz_models.analysis.normalization import divisors, groups
from viz_models.records import NormSpec

sizes = st.integers(1, 5)


@settings(deadline=None)
@given(shape=st.tuples(sizes, sizes, sizes, sizes), kind=st.sampled_from(KINDS), data=st.data())
def test_the_ids_name_the_values_that_share_a_mean(shape, kind, data):
    g = data.draw(st.sampled_from(divisors(shape[1])))
    spec = NormSpec(norm=kind[0], over=kind[1], groups=g)
    found = groups(shape, spec)
    rows = grouped(np.arange(np.prod(shape)).reshape(shape), spec)  # the values are their places
    assert (found.count, found.size) == rows.shape
    ids = np.broadcast_to(found.ids, shape).ravel()
    for group, row in enumerate(rows):
        assert set(np.flatnonzero(ids == group)) == set(row)
    place = tuple(data.draw(st.integers(0, n - 1)) for n in shape)
    members = found.members(place)
    assert members.shape == shape
    assert members[place]
    assert members.sum() == found.size
    assert found.group_of(place) == ids.reshape(shape)[place]


@pytest.mark.parametrize(
    ("kind", "count", "formula", "axes"),
    [
        (("batch", "chw"), 8, "C", "N, H, W"),
        (("layer", "chw"), 6, "N", "C, H, W"),
        (("layer", "c"), 6 * 4 * 3, "N · H · W", "C"),
        (("instance", "chw"), 48, "N · C", "H, W"),
        (("group", "chw"), 12, "N · G", "C ÷ G, H, W"),
        (("rms", "chw"), 6, "N", "C, H, W"),
        (("rms", "c"), 6 * 4 * 3, "N · H · W", "C"),
    ],
)
def test_how_many_means_there_are(kind, count, formula, axes):
    found = groups((6, 8, 4, 3), NormSpec(norm=kind[0], over=kind[1], groups=2))
    assert (found.count, found.formula, found.axes) == (count, formula, axes)


@pytest.mark.parametrize(
    ("shape", "spec", "hint"),
    [
        ((2, 6, 3, 3), NormSpec(norm="group", groups=4), "choose one of 1, 2, 3, 6"),
        ((2, 6, 3, 3), NormSpec(norm="group", groups=0), "choose one of"),
        ((2, 6, 3), NormSpec(), "N,C,H,W"),
        ((2, 0, 3, 3), NormSpec(), "sizes from 1"),
        ((2**10, 2**10, 2**3, 2**2), NormSpec(), "limit is 16,777,216"),
        ((2, 6, 3, 3), NormSpec(norm="none"), "choose from batch, layer"),
        ((2, 6, 3, 3), NormSpec(over="hw"), "choose from chw, c"),
        ((2, 6, 3, 3), NormSpec(mode="test"), "choose from train, eval"),
        ((2, 6, 3, 3), NormSpec(eps=0.0), "out of range"),
        ((2, 6, 3, 3), NormSpec(eps=float("nan")), "out of range"),
        ((2, 6, 3, 3), NormSpec(gamma=float("nan")), "between"),
        ((2, 6, 3, 3), NormSpec(beta=float("inf")), "between"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(shape, spec, hint):
    with pytest.raises(ValueError, match=hint) as told:
        groups(shape, spec)
    assert "\n" not in str(told.value)


def test_the_budget_itself_is_allowed():
    assert groups((2**12, 2**8, 4, 4), NormSpec()).size == 2**16
