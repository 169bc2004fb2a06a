import numpy as np
import pytest
import torch

from viz_models.analysis.normalization import running
from viz_models.figures import theme
from viz_models.figures.normalization import train_eval as figures
from viz_models.records import RunningSpec


def trace(**options):
    x = np.random.default_rng(0).normal(3, 2, size=(16, 3, 2, 2)).astype(np.float32)
    return running(x, RunningSpec(steps=12, batch_size=4, **options))


def named(fig, name):
    (found,) = [t for t in fig.data if t.name == name]
    return found


def finite(fig):
    return all(np.isfinite(np.array(t.y, dtype=float)).all() for t in fig.data)


def test_the_line_starts_as_torch_starts_and_dots_begin_with_the_first_step():
    t = trace()
    fresh = dict(torch.nn.BatchNorm2d(3).named_buffers())
    for what, start in (("mean", "running_mean"), ("variance", "running_var")):
        fig = figures.kept_statistic(t, what, 1, 5)
        line, dots = named(fig, f"running {what}"), named(fig, "of each batch")
        assert (line.x[0], line.y[0]) == (0, fresh[start][1].item())
        assert (dots.x[0], len(dots.x)) == (1, 12)
        assert finite(fig)


def test_dots_of_the_variance_are_what_enters():
    t = trace()
    fig = figures.kept_statistic(t, "variance", 2, 1)
    np.testing.assert_array_equal(named(fig, "of each batch").y, t.unbiased_variance[:, 2])


@pytest.mark.parametrize("step", [1, 12])
def test_the_chosen_step_is_orange_on_its_line(step):
    t = trace()
    mark = figures.kept_statistic(t, "mean", 0, step).data[-1]
    assert (list(mark.x), list(mark.y)) == ([step], [t.running_mean[step, 0]])
    assert mark.marker.color == theme.LIGHT.orange
    other = figures.output_difference(t, step).data[-1]
    assert (list(other.x), list(other.y)) == ([step], [t.difference[step - 1]])


@pytest.mark.parametrize(
    ("shift", "freeze", "said"),
    [
        (None, None, []),
        (4, None, [(4.5, "data shift")]),
        (4, 8, [(4.5, "data shift"), (8.5, "frozen")]),
        (4, 4, [(4.5, "data shift and frozen")]),
    ],
)
def test_what_happens_is_named_once_between_two_steps(shift, freeze, said):
    fig = figures.kept_statistic(trace(shift_at=shift, freeze_at=freeze), "mean", 0, 3)
    assert [(a.x, a.text) for a in fig.layout.annotations] == said


def test_a_variance_of_zero_is_left_out_of_a_logarithmic_axis():
    x = np.zeros((8, 1, 1, 2), np.float32)
    x[4:] = np.random.default_rng(0).normal(size=(4, 1, 1, 2))
    t = running(x, RunningSpec(steps=8, batch_size=1))
    assert (t.unbiased_variance == 0).any()
    fig = figures.kept_statistic(t, "variance", 0, 1)
    dots = named(fig, "of each batch")
    assert (np.array(dots.y) > 0).all()
    assert len(dots.x) == (t.unbiased_variance > 0).sum()


def test_ticks_stay_apart_over_many_decades():
    few = figures.kept_statistic(trace(), "variance", 0, 1)
    assert few.layout.yaxis.dtick == "D2"
    x = np.random.default_rng(0).normal(size=(16, 1, 1, 2)).astype(np.float32) * 1e-4
    many = figures.kept_statistic(
        running(x, RunningSpec(steps=40, batch_size=1, momentum=1.0)), "variance", 0, 1
    )
    assert many.layout.yaxis.dtick >= 2


def test_letters_and_height_grow_for_a_projector():
    fig = figures.output_difference(trace(), 1, scale=1.5)
    assert fig.layout.height == round(figures.HEIGHT * 1.5)
    assert fig.layout.font.size == theme.TEXT_SIZE * 1.5
