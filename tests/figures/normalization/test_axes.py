import numpy as np

from viz_models.figures.normalization import axes as figures
from viz_models.records import NormStage


def slab(fig):
    """Ends of the orange block along C, N and H W, in shares of the cube."""
    mesh = fig.data[2]
    return [(min(a), max(a)) for a in (mesh.x, mesh.y, mesh.z)]


def test_the_slab_of_a_batch_norm_is_one_channel_of_everything():
    members = np.zeros((6, 8, 4, 4), bool)
    members[:, 3] = True
    assert slab(figures.cube(members)) == [(3 / 8, 4 / 8), (0, 1), (0, 1)]


def test_the_slab_of_a_layer_norm_over_c_is_one_position_of_one_example():
    members = np.zeros((6, 8, 4, 4), bool)
    members[2, :, 1, 0] = True
    assert slab(figures.cube(members)) == [(0, 1), (2 / 6, 3 / 6), (4 / 16, 5 / 16)]


def test_the_histogram_counts_the_group_and_marks_mean_and_value():
    fig = figures.group_histogram(np.array([0.0, 1.0, 2.0, 5.0]), 2.0, 1.0, 5.0)
    assert sum(fig.data[0].y) == 4
    assert {shape.x0 for shape in fig.layout.shapes} == {1.0, 2.0, 5.0}


def test_one_value_makes_a_histogram_too():
    assert sum(figures.group_histogram(np.array([0.5]), 0.5, 0.1, 0.5).data[0].y) == 1


def test_the_stages_follow_the_value_through_the_norm():
    line = [NormStage("x", 3.0, 1.0, 0.0, 4.0), NormStage("− μ", 2.0, 0.0, -1.0, 3.0)]
    bars, means, values = figures.stages(line).data
    assert list(values.x) == [3.0, 2.0]
    assert list(means.x) == [1.0, 0.0]
    assert [b + w for b, w in zip(bars.base, bars.x, strict=True)] == [4.0, 3.0]


def test_before_is_a_ring_and_after_a_dot_for_every_group():
    fig = figures.before_after(np.array([1.0, 2.0]), np.array([0.0, 0.0]), "mean")
    _, before, after = fig.data
    assert list(before.y) == [1.0, 2.0]
    assert list(after.y) == [0.0, 0.0]
    assert fig.layout.yaxis.title.text == "mean"
