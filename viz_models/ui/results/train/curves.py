"""A run's record as it arrives, thinned so that a chart never gets more than it can show."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from viz_models.records import Run, StepRecord
from viz_models.records.train.curves import Course, Metric, RunCurve
from viz_models.records.train.experiments import Evaluation

MOST = 200  # stretches of steps that are kept; then each two become one
RECENT = 3.0  # s of training over which speed is measured
_SUMMED: tuple[Metric, ...] = ("loss", "accuracy", "gradient norm", "learning rate")


@dataclass(slots=True)
class Stretch:
    """Some steps in a row: where the last one ended, and sums of what each told."""

    step: int
    sample: int
    second: float
    sums: list[float]
    counts: list[int]  # of values that were numbers

    def add(self, other: "Stretch") -> None:
        """Take in what followed."""
        self.step, self.sample, self.second = other.step, other.sample, other.second
        self.sums = [a + b for a, b in zip(self.sums, other.sums, strict=True)]
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]


@dataclass(slots=True)
class Curve:
    """One run so far. Takes each record once, in order; forgets none of the evaluations."""

    after: int = 0  # place in the run's record that was read last
    last: StepRecord | None = None
    worth: int = 1  # steps in a full stretch
    stretches: list[Stretch] = field(default_factory=list)
    filled: int = 0  # steps in the last stretch
    evaluations: list[tuple[StepRecord, Evaluation]] = field(default_factory=list)
    recent: list[tuple[float, int]] = field(default_factory=list)  # (second, samples)

    def take(self, records: Iterable[StepRecord]) -> None:
        """Append what a run told; after a resume it may tell steps again, which then count."""
        for record in records:
            if self.last is not None and record.step <= self.last.step:
                self._forget_from(record.step)
            self._append(record)
            self.last = record
            if record.evaluation is not None:
                self.evaluations.append((record, record.evaluation))
            self.recent.append((record.seconds, record.samples))
            while self.recent[0][0] < record.seconds - RECENT and len(self.recent) > 2:
                self.recent.pop(0)

    def _append(self, record: StepRecord) -> None:
        told = (record.loss, record.accuracy, record.gradient_norm, record.lr)
        one = Stretch(
            record.step,
            record.samples,
            record.seconds,
            [v if math.isfinite(v) else 0.0 for v in told],
            [int(math.isfinite(v)) for v in told],
        )
        if self.stretches and self.filled < self.worth:
            self.stretches[-1].add(one)
            self.filled += 1
            return
        if len(self.stretches) == MOST:
            self._halve()
        self.stretches.append(one)
        self.filled = 1

    def _halve(self) -> None:
        for left, right in zip(self.stretches[::2], self.stretches[1::2], strict=True):
            left.add(right)
        self.stretches = self.stretches[::2]
        self.worth *= 2

    def _forget_from(self, step: int) -> None:
        """Remove steps that a resumed run makes once more.

        A stretch that holds one goes as a whole.
        """
        self.stretches = [s for s in self.stretches if s.step < step]
        self.evaluations = [e for e in self.evaluations if e[0].step < step]
        self.filled = self.worth
        self.recent = []

    def samples_per_second(self) -> float | None:
        """Over the last seconds of training."""
        if len(self.recent) < 2 or self.recent[-1][0] <= self.recent[0][0]:
            return None
        (then, before), (now, so_far) = self.recent[0], self.recent[-1]
        return (so_far - before) / (now - then)

    def snapshot(self, run: Run) -> RunCurve:
        """Return the same as arrays, for a figure."""
        return RunCurve(
            arm=run.arm,
            seed=run.spec.seed,
            state=run.state,
            training=self._training(),
            validation=self._validation(),
        )

    def _training(self) -> Course:
        sums = np.array([s.sums for s in self.stretches]).reshape(-1, len(_SUMMED))
        counts = np.array([s.counts for s in self.stretches]).reshape(-1, len(_SUMMED))
        with np.errstate(invalid="ignore"):
            means = sums / np.where(counts, counts, np.nan)
        return Course(
            step=np.array([s.step for s in self.stretches]),
            sample=np.array([s.sample for s in self.stretches]),
            second=np.array([s.second for s in self.stretches]),
            value=dict(zip(_SUMMED, means.T, strict=True)),
        )

    def _validation(self) -> Course:
        thin = self.evaluations[:: max(1, 1 + (len(self.evaluations) - 1) // MOST)]
        if self.evaluations and thin[-1] is not self.evaluations[-1]:
            thin = [*thin[: MOST - 1], self.evaluations[-1]]
        return Course(
            step=np.array([r.step for r, _ in thin]),
            sample=np.array([r.samples for r, _ in thin]),
            second=np.array([r.seconds for r, _ in thin]),
            value={
                "loss": np.array([e.loss for _, e in thin], dtype=float),
                "accuracy": np.array([e.accuracy for _, e in thin], dtype=float),
            },
        )
