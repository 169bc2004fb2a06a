"""What runs came to, and whether their difference is larger than the seed noise."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from viz_models.analysis.seed_noise import interval, verdict
from viz_models.records.train.cards import Comparison, Course, Difference, Outcome, Where
from viz_models.records.train.experiments import ExperimentSpec, Moment, RunSpec, StepRecord
from viz_models.records.train.runs import StoredState
from viz_models.training.loop.budget import pace

MARKS = 20  # on a training curve
LAST = 0.1  # share of the steps over which the training loss is averaged at the end
DIGITS = 4  # significant, on a curve


def outcome(
    experiment: ExperimentSpec,
    arm: int,
    seed: int,
    state: StoredState,
    steps: Sequence[StepRecord],
    moments: Sequence[Moment] = (),
) -> Outcome:
    """Return a run, finished or not, in as few numbers as a verdict needs.

    Args:
        experiment: Where the run belongs.
        arm: Place among its arms.
        seed: Of the run.
        state: How the run stands.
        steps: All it has told, in order.
        moments: Its looks inside, in order.
    """
    last = steps[-max(1, math.ceil(LAST * len(steps))) :]
    tests = [(s, s.evaluation) for s in steps if s.evaluation is not None]
    return Outcome(
        arm=arm,
        seed=seed,
        state=state,
        steps=steps[-1].step if steps else 0,
        seconds=_short(steps[-1].seconds) if steps else 0.0,
        training=_training(steps),
        tests=_course([(s, e.loss, e.accuracy) for s, e in tests if math.isfinite(e.loss)]),
        training_loss=_mean([s.loss for s in last]),
        training_error=_mean([1 - s.accuracy for s in last]),
        gradient_ratio=_gradient_ratio(moments),
        growth_loss=_growth_loss(experiment, steps),
        confusion=tests[-1][1].confusion if tests else (),
    )


def _training(steps: Sequence[StepRecord]) -> Course:
    """Means over stretches of equal length; a stretch with a NaN ends the curve."""
    length = max(1, math.ceil(len(steps) / MARKS))
    marks = []
    for i in range(0, len(steps), length):
        part = steps[i : i + length]
        loss = fmean(s.loss for s in part)
        if not math.isfinite(loss):
            break
        marks.append((part[-1], loss, fmean(s.accuracy for s in part)))
    return _course(marks)


def _course(marks: Sequence[tuple[StepRecord, float, float]]) -> Course:
    """Of (where, loss, accuracy)."""
    return Course(
        step=tuple(at.step for at, _, _ in marks),
        samples=tuple(at.samples for at, _, _ in marks),
        seconds=tuple(_short(at.seconds) for at, _, _ in marks),
        loss=tuple(_short(loss) for _, loss, _ in marks),
        accuracy=tuple(_short(accuracy) for _, _, accuracy in marks),
    )


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _mean(values: Sequence[float]) -> float | None:
    mean = fmean(values) if values else math.nan
    return mean if math.isfinite(mean) else None


def _gradient_ratio(moments: Iterable[Moment]) -> float | None:
    """Median over the looks taken while it learns; at the first nothing is learned yet."""
    found = [
        math.log10(m.gradient_norms[0] / m.gradient_norms[-1])
        for m in moments
        if m.step > 0
        and len(m.gradient_norms) > 1
        and min(m.gradient_norms[0], m.gradient_norms[-1]) > 0
        and math.isfinite(m.gradient_norms[0] / m.gradient_norms[-1])
    ]
    return median(found) if found else None


def _growth_loss(experiment: ExperimentSpec, steps: Sequence[StepRecord]) -> float | None:
    """Every digit of it: it is compared to the last one."""
    grown = [a.run for a in experiment.arms if a.run.growth is not None]
    at = growth_step(grown[0]) if grown else 0
    return next((s.loss for s in steps if s.step == at), None)


def growth_step(run: RunSpec) -> int:
    """Return the first step that the new blocks take part in, of a run that grows.

    1 is the first.
    """
    steps = pace(run, examples=0).steps
    return math.ceil(run.growth.at * steps) + 1 if run.growth else 0


def by_class(
    confusion: Sequence[Sequence[int]],
) -> tuple[tuple[float | None, float | None, float | None], ...]:
    """Return precision, recall and F1 of each class, from a confusion matrix.

    Args:
        confusion: Counts, [right class][guess].

    Returns:
        One triple for each class. None stands where nothing can be measured: for the precision
        of a class that was never guessed, and for all three of a class without example.
    """
    found: list[tuple[float | None, float | None, float | None]] = []
    for i, row in enumerate(confusion):
        right, examples, guessed = row[i], sum(row), sum(other[i] for other in confusion)
        if not examples:
            found.append((None, None, None))
            continue
        precision = right / guessed if guessed else None
        found.append((precision, right / examples, 2 * right / (examples + guessed)))
    return tuple(found)


def differences(
    comparisons: Iterable[Comparison], outcomes: Sequence[Outcome]
) -> tuple[Difference, ...]:
    """Each comparison, paired by seed; a seed counts once it finished in all of its arms."""
    return tuple(_difference(c, outcomes) for c in comparisons)


def _difference(comparison: Comparison, outcomes: Sequence[Outcome]) -> Difference:
    arms = comparison.plus + comparison.minus
    by_place = {(o.arm, o.seed): o for o in outcomes}
    seeds = sorted({o.seed for o in outcomes})
    found = []
    for seed in seeds:
        members = {arm: by_place.get((arm, seed)) for arm in arms}
        value = _value(comparison, {a: o for a, o in members.items() if o is not None})
        if value is not None:
            found.append(value)
    mean, low, high = interval(found)
    return Difference(
        comparison=comparison,
        values=tuple(found),
        mean=mean,
        low=low,
        high=high,
        verdict=verdict(len(found), low, high),
    )


def _value(comparison: Comparison, members: Mapping[int, Outcome]) -> float | None:
    arms = comparison.plus + comparison.minus
    if any(a not in members or not members[a].whole for a in arms):
        return None
    total = 0.0
    for arm in arms:
        value = measured(members[arm], comparison, list(members.values()))
        if value is None:
            return None
        total += value if arm in comparison.plus else -value
    return total


def measured(
    outcome: Outcome, comparison: Comparison, others: Sequence[Outcome] = ()
) -> float | None:
    """Return the number that is compared; None where the run has none.

    Args:
        outcome: Of one run.
        comparison: Which number, and where on the way it is read.
        others: All runs of the comparison with this seed; the one that ends first says where.
    """
    if comparison.measure in ("accuracy", "test loss"):
        tests = outcome.tests
        count = _reached(tests, comparison.where, others)
        values = tests.accuracy if comparison.measure == "accuracy" else tests.loss
        return values[count - 1] if count else None
    return {
        "training loss": outcome.training_loss,
        "training error": outcome.training_error,
        "seconds": outcome.seconds,
        "gradient ratio": outcome.gradient_ratio,
        "loss where it grows": outcome.growth_loss,
    }[comparison.measure]


def _reached(tests: Course, where: Where, others: Sequence[Outcome]) -> int:
    """How many evaluations lie before the place where a comparison is read."""
    if where == "step":
        return sum(step <= min(o.steps for o in others) for step in tests.step)
    if where == "second":
        return sum(second <= min(o.seconds for o in others) for second in tests.seconds)
    return len(tests.step)
