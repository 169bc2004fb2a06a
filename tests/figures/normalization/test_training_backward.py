import numpy as np
import pytest

from viz_models.analysis.normalization import backward
from viz_models.figures.normalization import training_backward as figures
from viz_models.records import NormSpec

X = np.random.default_rng(0).normal(size=(4, 6, 3, 3)).astype(np.float32)


def facts(x=X, **options):
    return backward(x, NormSpec(**options))


def named(fig, name):
    return [t for t in fig.data if t.name == name]


def numbers(values):
    return np.array([v for v in values if v is not None], dtype=float)


def test_hollow_arrives_and_filled_is_passed_on():
    f = facts(norm="batch")
    fig = figures.removed(f)
    arriving, passed = named(fig, "arriving"), named(fig, "passed on")
    np.testing.assert_array_equal(arriving[0].x, f.mean_arriving)
    np.testing.assert_array_equal(passed[0].x, f.mean_passed)
    np.testing.assert_array_equal(arriving[1].x, f.projection_arriving)
    np.testing.assert_array_equal(passed[1].x, f.projection_passed)
    assert arriving[0].marker.symbol == "circle-open"
    assert [t.showlegend for t in arriving + passed] == [True, False, True, False]


def test_more_groups_than_a_reader_compares_are_left_out():
    f = facts(norm="instance")
    assert len(f.mean_passed) == 24
    fig = figures.removed(f)
    assert len(named(fig, "arriving")[0].x) == figures.GROUPS


def test_both_ends_of_a_line_belong_to_one_group():
    f = facts(norm="batch")
    line = figures.removed(f).data[0]
    assert list(line.x[:3]) == [f.mean_arriving[0], f.mean_passed[0], None]
    assert list(line.y[:6]) == [0, 0, None, 1, 1, None]


@pytest.mark.parametrize("norm", ["batch", "layer", "instance", "group", "rms"])
def test_the_gradient_meets_the_guide_where_the_scale_is_forgotten(norm):
    f = facts(norm=norm)
    fig = figures.gradient_over_scale(f, facts(norm="batch", mode="eval"))
    (own,), (guide,) = named(fig, "this norm"), named(fig, "slope −1")
    assert guide.y[-1] == own.y[-1]
    assert guide.y[2] == pytest.approx(own.y[2], rel=1e-3)  # input times 1: variance far above eps
    (fixed,) = named(fig, "eval mode")
    np.testing.assert_allclose(fixed.y, fixed.y[0])


def test_nothing_that_is_not_a_number_reaches_a_chart_when_nothing_gets_through():
    f = facts(x=np.zeros((1, 3, 1, 1), np.float32), norm="batch")
    assert f.refusal
    for fig in (figures.removed(f), figures.gradient_over_scale(f, f)):
        for trace in fig.data:
            assert np.isfinite(numbers(trace.x)).all()
            assert np.isfinite(numbers(trace.y)).all()
    assert len(figures.gradient_over_scale(f, f).data) == 2  # no guide, and two empty lines
