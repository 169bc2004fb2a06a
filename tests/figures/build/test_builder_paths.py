import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.build import builder_connectivity as build_connectivity
from viz_models.figures.build import builder_paths as build_paths
from viz_models.records import Connectivity, Paths


def paths_of(branch):
    b = np.array(branch, dtype=float)
    ones = np.ones_like(b)
    return Paths(seed=0, identity=ones, branch=b, cosine=0 * b, factor=np.sqrt(1 + b**2))


def test_two_bars_a_block_and_the_bare_branch_over_them():
    fig = build_paths.two_paths(paths_of([0.2, 0.3, 0.4]), paths_of([0.5, 0.6, 0.7]), chosen=2)
    skip, branch, bare = fig.data
    assert (list(skip.y), list(branch.y)) == ([1, 1, 1], [0.2, 0.3, 0.4])
    assert list(bare.y) == [0.5, 0.6, 0.7]
    assert list(skip.customdata) == [1, 2, 3]
    assert np.allclose(np.array(branch.x) - np.array(skip.x), build_paths.BAR)
    (frame,) = fig.layout.shapes
    assert (frame.x0, frame.x1, frame.line.color) == (1.5, 2.5, theme.LIGHT.orange)


def test_skips_are_green_in_both_themes():
    for dark in (False, True):
        fig = build_paths.two_paths(paths_of([1.0]), dark=dark)
        assert [t.marker.color for t in fig.data] == [
            theme.palette(dark).green,
            theme.palette(dark).blue,
        ]
        assert not fig.layout.shapes


@pytest.mark.parametrize("shape", [(4, 4), (8, 2)])
def test_rows_are_outputs_from_the_top_and_nothing_is_the_darkest(shape):
    matrix = np.zeros(shape, np.float32)
    matrix[0, 1] = 3
    fig = build_connectivity.who_sees_whom(Connectivity(matrix=matrix, blocks=(0, 0), shuffle=True))
    (heat,) = fig.data
    np.testing.assert_array_equal(heat.z, matrix)
    assert heat.zmin == 0
    assert heat.colorscale[0] == (0, theme.SEQUENTIAL[0])
    low, high = fig.layout.yaxis.range
    assert (low, high) == (shape[0] - 0.5, -0.5)  # the first output on top
    assert fig.layout.yaxis.scaleratio == shape[1] / shape[0]  # the whole is a square
