from dataclasses import replace

import numpy as np
import pytest

from viz_models.analysis.normalization import batch_error
from viz_models.figures import theme
from viz_models.figures.normalization import batch_size as figures

SIZES = (64, 8, 1)


@pytest.fixture(scope="module")
def result():
    x = np.random.default_rng(0).normal(size=(256, 4, 2, 2)).astype(np.float32)
    return batch_error(x, SIZES, repeats=16)


def line(fig, start):
    (found,) = [t for t in fig.data if t.name and t.name.startswith(start)]
    return found


def test_lines_are_medians_and_bands_go_from_5_to_95_percent(result):
    fig = figures.errors_over_size(result, 8)
    mean = line(fig, "error of the mean")
    assert list(mean.x) == list(SIZES)
    np.testing.assert_array_equal(mean.y, result.mean_error[:, 1])
    np.testing.assert_array_equal(mean.customdata, result.mean_error[:, [0, 2]])
    band = fig.data[0]
    expected = np.concatenate([result.mean_error[:, 2], result.mean_error[::-1, 0]])
    np.testing.assert_array_equal(band.y, expected)


def test_the_largest_batch_stands_left(result):
    fig = figures.errors_over_size(result, 8)
    left, right = fig.layout.xaxis.range
    assert 10**left > 64
    assert 10**right < 1


def test_the_guide_falls_with_the_square_root(result):
    guide = line(figures.errors_over_size(result, 8), "1 ÷ √N")
    assert guide.y[-1] == pytest.approx(result.mean_error[-1, 1])
    assert guide.y[0] == pytest.approx(guide.y[-1] / 8)


def test_the_chosen_size_is_marked_in_orange_on_both_lines(result):
    fig = figures.errors_over_size(result, 8)
    marked = fig.data[-1]
    assert marked.marker.color == theme.LIGHT.orange
    assert list(marked.y) == [result.mean_error[1, 1], result.variance_error[1, 1]]
    assert fig.layout.shapes[0].x0 == 8


def test_an_error_of_zero_has_no_place_on_a_logarithmic_axis(result):
    none = result.mean_error.copy()
    none[0] = 0  # a batch of all the data
    fig = figures.errors_over_size(replace(result, mean_error=none), 64)
    for trace in fig.data:
        values = np.array(trace.y, dtype=float)
        assert np.isfinite(values).all()
        assert (values > 0).all()
    assert list(line(fig, "error of the mean").x) == [8, 1]
