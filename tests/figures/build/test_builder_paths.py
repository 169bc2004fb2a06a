import numpy as np

from viz_models.figures import theme
from viz_models.figures.build import builder_paths
from viz_models.records import Paths


def paths_of(branch):
    b = np.array(branch, dtype=float)
    ones = np.ones_like(b)
    return Paths(seed=0, identity=ones, branch=b, cosine=0 * b, factor=np.sqrt(1 + b**2))


def test_two_bars_a_block_and_the_bare_branch_over_them():
    fig = builder_paths.two_paths(paths_of([0.2, 0.3, 0.4]), paths_of([0.5, 0.6, 0.7]), chosen=2)
    skip, branch, bare = fig.data
    assert (list(skip.y), list(branch.y)) == ([1, 1, 1], [0.2, 0.3, 0.4])
    assert list(bare.y) == [0.5, 0.6, 0.7]
    assert list(skip.customdata) == ["block 1", "block 2", "block 3"]
    assert np.allclose(np.array(branch.x) - np.array(skip.x), skip.width)
    (frame,) = fig.layout.shapes
    assert (frame.x0, frame.x1, frame.line.color) == (1.5, 2.5, theme.LIGHT.orange)


def test_two_branches_of_a_block_stand_at_the_number_of_their_block():
    fig = builder_paths.two_paths(
        paths_of([0.1, 0.2, 0.3, 0.4]), parts=("attention", "FFN"), chosen=2
    )
    skip, branch = fig.data
    middles = (np.array(skip.x) + np.array(branch.x)) / 2
    assert list(middles) == [0.75, 1.25, 1.75, 2.25]  # two blocks, at 1 and at 2
    assert list(skip.customdata) == [
        *("block 1, attention", "block 1, FFN"),
        *("block 2, attention", "block 2, FFN"),
    ]
    (frame,) = fig.layout.shapes
    assert frame.x0 < 1.75 < 2.25 < frame.x1


def test_skips_are_green_in_both_themes():
    for dark in (False, True):
        fig = builder_paths.two_paths(paths_of([1.0]), dark=dark)
        assert [t.marker.color for t in fig.data] == [
            theme.palette(dark).green,
            theme.palette(dark).blue,
        ]
        assert not fig.layout.shapes
