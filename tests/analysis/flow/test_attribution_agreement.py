"""How alike two heat maps are, against scipy and counting by hand."""

import numpy as np
import pytest
from scipy.stats import rankdata

from viz_models.analysis.flow.attribution_agreement import agreement


def test_a_map_agrees_with_itself_and_with_any_that_grows_with_it():
    heat = np.random.default_rng(0).random((20, 30))
    found = agreement(heat, heat**3)
    assert found.rank_correlation == pytest.approx(1)
    assert (found.overlap, found.chance) == (1, 0.1)


def test_the_rank_correlation_is_pearsons_of_the_ranks():
    rng = np.random.default_rng(1)
    a, b = rng.random((16, 16)), rng.random((16, 16)).round(1)  # with ties
    expected = np.corrcoef(rankdata(a.ravel()), rankdata(b.ravel()))[0, 1]
    assert agreement(a, b).rank_correlation == pytest.approx(expected)


def test_the_overlap_counts_the_strongest_tenth():
    a = np.zeros((10, 10))
    b = np.zeros((10, 10))
    a[0], b[0, :5], b[1, :5] = 1, 2, 2
    assert agreement(a, b).overlap == 0.5


def test_a_constant_map_has_no_rank():
    assert agreement(np.zeros((4, 4)), np.eye(4)).rank_correlation is None


def test_different_photos_are_refused():
    with pytest.raises(ValueError, match="one photo"):
        agreement(np.zeros((4, 4)), np.zeros((4, 5)))
