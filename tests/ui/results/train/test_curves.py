import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_models.records import Run, RunSpec, StepRecord
from viz_models.records.train.experiments import Evaluation
from viz_models.ui.results.train.curves import MOST, Curve

RUN = Run(id="r", experiment="e", arm=0, spec=RunSpec(seed=3), state="running")


def record(step, loss=1.0, **more):
    return StepRecord(
        step=step, samples=32 * step, loss=loss, accuracy=0.5, seconds=0.1 * step, **more
    )


def taken(losses):
    curve = Curve()
    curve.take(record(i, loss) for i, loss in enumerate(losses, start=1))
    return curve


@settings(max_examples=40)
@given(st.integers(1, 3000), st.integers(0, 2**32 - 1))
def test_stretches_are_means_of_all_that_was_told(count, seed):
    losses = np.random.default_rng(seed).normal(size=count)
    curve = taken(losses.tolist())
    training = curve.snapshot(RUN).training
    assert len(training.step) <= MOST
    assert training.step[-1] == count
    ends = training.step
    starts = np.concatenate([[0], ends[:-1]])
    means = [losses[a:b].mean() for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_allclose(training.value["loss"], means, rtol=1e-9, atol=1e-12)
    assert training.sample.tolist() == (32 * ends).tolist()


def test_however_the_record_is_cut_the_curve_is_the_same():
    losses = np.random.default_rng(0).normal(size=1234).tolist()
    whole, cut = taken(losses), Curve()
    records = [record(i, loss) for i, loss in enumerate(losses, start=1)]
    for start in range(0, len(records), 37):
        cut.take(records[start : start + 37])
    one, two = whole.snapshot(RUN).training, cut.snapshot(RUN).training
    np.testing.assert_array_equal(one.step, two.step)
    np.testing.assert_array_equal(one.value["loss"], two.value["loss"])


def test_a_loss_that_is_no_number_is_a_gap_and_spoils_no_mean():
    training = taken([1.0, math.inf, math.nan]).snapshot(RUN).training
    assert training.value["loss"][0] == 1.0
    assert np.isnan(training.value["loss"][1:]).all()
    long = [2.0] * 2 * MOST
    long[7] = math.nan
    assert set(taken([*long, 2.0]).snapshot(RUN).training.value["loss"]) == {2.0}


def test_steps_made_again_after_a_resume_replace_those_told_before():
    curve = taken([1.0] * 10)
    curve.take([record(i, 5.0) for i in range(6, 12)])
    training = curve.snapshot(RUN).training
    assert training.step.tolist() == list(range(1, 12))
    assert training.value["loss"].tolist() == [1.0] * 5 + [5.0] * 6


def test_every_evaluation_is_kept_and_the_chart_gets_the_last_one():
    curve = Curve()
    tests = [Evaluation(loss=1 / i, accuracy=i / 1000) for i in range(1, 451)]
    curve.take(record(i, evaluation=e) for i, e in enumerate(tests, start=1))
    assert [e for _, e in curve.evaluations] == tests
    shown = curve.snapshot(RUN).validation
    assert len(shown.step) <= MOST
    assert shown.step[-1] == 450
    assert shown.value["accuracy"][-1] == 0.45


def test_speed_is_that_of_the_last_seconds():
    curve = Curve()
    assert curve.samples_per_second() is None
    slow = [replace(record(i), seconds=float(i)) for i in range(1, 20)]  # 32 samples a second
    quick = [replace(record(19 + i), seconds=19 + i / 10) for i in range(1, 80)]  # 320
    curve.take(slow + quick)
    assert curve.samples_per_second() == pytest.approx(320, rel=1e-6)


def test_a_run_that_told_nothing_is_an_empty_curve():
    curve = Curve().snapshot(RUN)
    assert len(curve.training.step) == len(curve.validation.step) == 0
    assert curve.seed == 3
