"""What runs came to, and their differences, against scipy's t-test and plain sums."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import precision_recall_fscore_support

from viz_models.records import ConvSpec
from viz_models.records.train.cards import Comparison, Course, Outcome
from viz_models.records.train.experiments import (
    Arm,
    Budget,
    Evaluation,
    ExperimentSpec,
    Growth,
    RunSpec,
    StepRecord,
)
from viz_models.training.loop import loop
from viz_models.training.verdict import by_class, differences, growth_step, measured, outcome

EMPTY = ExperimentSpec()
ACCURACIES = st.lists(st.floats(0, 1).map(lambda v: round(v, 4)), min_size=5, max_size=9)


def record(step: int, loss: float, accuracy: float | None = None) -> StepRecord:
    test = None if accuracy is None else Evaluation(loss=loss, accuracy=accuracy)
    return StepRecord(
        step=step,
        samples=32 * step,
        loss=loss,
        accuracy=0.5,
        seconds=step / 10,
        evaluation=test,
    )


def ended(arm: int, seed: int, accuracy: float, steps: int = 10) -> Outcome:
    records = [record(i, 1 / i, accuracy if i == steps else None) for i in range(1, steps + 1)]
    return outcome(EMPTY, arm, seed, "finished", records)


@given(ACCURACIES, ACCURACIES)
def test_differences_are_paired_by_seed(ours: list[float], theirs: list[float]) -> None:
    n = min(len(ours), len(theirs))
    runs = [ended(0, i, ours[i]) for i in range(n)] + [ended(1, i, theirs[i]) for i in range(n)]
    (found,) = differences([Comparison(plus=(0,), minus=(1,))], runs)
    expected = [a - b for a, b in zip(ours, theirs, strict=False)]
    assert found.values == pytest.approx(expected, abs=1e-9)
    if len({round(v, 9) for v in expected}) > 1:
        test = stats.ttest_1samp(found.values, 0.0)
        ends = test.confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=1e-9)
        decided = found.verdict in ("higher", "lower")
        if abs(test.pvalue - 0.05) > 1e-6:
            assert decided == (test.pvalue < 0.05)


def test_a_seed_counts_once_it_finished_in_every_arm() -> None:
    runs = [ended(a, s, 0.5 + 0.1 * a) for a in (0, 1) for s in range(5)]
    runs[7] = replace(runs[7], state="diverged")
    runs.pop(0)
    (found,) = differences([Comparison(plus=(1,), minus=(0,))], runs)
    assert found.n == 3
    assert found.verdict == "too few pairs"


def test_a_difference_of_differences() -> None:
    accuracy = {0: 0.9, 1: 0.8, 2: 0.6, 3: 0.7}
    runs = [ended(arm, seed, a + seed / 100) for arm, a in accuracy.items() for seed in range(5)]
    (found,) = differences([Comparison(plus=(0, 3), minus=(2, 1))], runs)
    assert found.values == pytest.approx([0.9 + 0.7 - 0.6 - 0.8] * 5)


def test_equal_steps_and_equal_seconds_end_with_the_shortest_run() -> None:
    tests = Course(
        step=(10, 20, 40),
        samples=(10, 20, 40),
        seconds=(1.0, 2.0, 4.0),
        loss=(3.0, 2.0, 1.0),
        accuracy=(0.1, 0.2, 0.4),
    )
    long = replace(ended(0, 0, 0.4), tests=tests, steps=40, seconds=4.0)
    short = replace(ended(1, 0, 0.3), steps=20, seconds=1.5)
    at = {
        where: measured(long, Comparison(plus=(0,), minus=(1,), where=where), [long, short])
        for where in ("end", "step", "second")
    }
    assert at == {"end": 0.4, "step": 0.2, "second": 0.1}


def test_curves_are_means_over_equal_stretches() -> None:
    records = [record(i, float(i)) for i in range(1, 81)]
    found = outcome(EMPTY, 0, 0, "finished", records)
    assert found.training.step == tuple(range(4, 81, 4))
    assert found.training.loss == tuple(2.5 + 4 * i for i in range(20))
    assert found.training_loss == pytest.approx(math.fsum(range(73, 81)) / 8)  # the last tenth
    assert found.training_error == 0.5


def test_a_run_that_diverged_keeps_the_curve_until_then() -> None:
    records = [record(1, 2.0), record(2, 3.0), record(3, math.nan)]
    found = outcome(EMPTY, 0, 0, "diverged", records)
    assert found.training.loss == (2.0, 3.0)
    assert found.training_loss is None


def test_a_run_that_told_nothing() -> None:
    found = outcome(EMPTY, 0, 0, "failed", [])
    assert (found.steps, found.training.step, found.training_loss) == (0, (), None)


def test_the_loss_where_blocks_were_put_in_is_the_same_to_the_last_digit() -> None:
    small = RunSpec(
        model=ConvSpec(
            in_channels=1,
            size=8,
            depths=(1,),
            widths=(4,),
            block="basic",
            norm="batch",
            activate="sum",
        ),
        batch_size=16,
        budget=Budget(amount=6, unit="steps"),
    )
    grown = replace(small, growth=Growth(at=0.5, blocks=1))
    spec = ExperimentSpec(arms=(Arm(label="small", run=small), Arm(label="grown", run=grown)))
    runs = [outcome(spec, arm, 0, "finished", list(loop.train(run))) for arm, run in spec.runs()]
    assert growth_step(grown) == 4  # three of six steps are the first half
    assert runs[0].growth_loss == runs[1].growth_loss
    after = [list(loop.train(run))[4].loss for run in (small, grown)]
    assert after[0] != after[1]  # a step later the new blocks have begun to learn


def test_a_run_that_was_stopped_early_is_in_no_pair():
    runs = [ended(arm, seed, 0.9 - 0.1 * arm) for arm in (0, 1) for seed in range(5)]
    runs[3] = replace(runs[3], early=True)
    (found,) = differences([Comparison(plus=(0,), minus=(1,))], runs)
    assert found.n == 4


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
def test_precision_recall_and_f1_are_those_of_sklearn(confusion: list[list[int]]) -> None:
    classes = range(len(confusion))
    pairs = [(i, j) for i in classes for j in classes for _ in range(confusion[i][j])]
    if not pairs:
        return
    targets, guesses = zip(*pairs, strict=True)
    expected = precision_recall_fscore_support(
        targets, guesses, labels=list(classes), zero_division=math.nan
    )
    for i, found in enumerate(by_class(confusion)):
        if not sum(confusion[i]):
            assert found == (None, None, None)
        else:
            values = [None if math.isnan(column[i]) else column[i] for column in expected[:3]]
            assert list(found) == pytest.approx(values)
