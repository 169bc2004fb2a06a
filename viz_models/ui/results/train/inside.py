"""What runs looked like inside: moments, evaluations, test pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz_models.records import DataSpec, Experiment, Moment, Run
from viz_models.records.train.experiments import Evaluation, Wrong
from viz_models.ui.kit import cache
from viz_models.ui.kit.sizes import held_bytes
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch

MOST_MOMENTS = 12  # that fit beside each other
MOST_PICTURES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """A run, looked into."""

    run: Run
    moments: tuple[Moment, ...]  # at most twelve, the first and the last always
    evaluations: tuple[tuple[int, Evaluation], ...]  # (step, what it came to)

    def evaluation(self, at: int) -> Evaluation | None:
        """Return the last one at a moment; after the last moment comes the end of the run."""
        if at == len(self.moments) - 1 or not self.moments:
            return self.evaluations[-1][1] if self.evaluations else None
        before = [e for step, e in self.evaluations if step <= self.moments[at].step]
        return before[-1] if before else None


def inside(experiment: Experiment, run: Run) -> Inside:
    """All that a run showed of itself so far."""
    key = ("moments", run.id, run.state, run.step, run.attempt)
    moments = cache.remembered(key, lambda: _spread(runs.moments(run.id)), held_bytes)
    told = watch(experiment.id).curves[run.id].evaluations
    return Inside(run, moments, tuple((record.step, e) for record, e in told))


def _spread(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    places = np.unique(np.linspace(0, len(moments) - 1, MOST_MOMENTS).round().astype(int))
    return tuple(moments[i] for i in places) if moments else ()


def class_names(data: DataSpec, count: int) -> tuple[str, ...]:
    """Return what the classes are called; a folder of pictures is listed once."""
    from viz_models.training.data import sets

    return cache.remembered(
        ("class names", data, count), lambda: sets.class_names(data, count), held_bytes
    )


def of_cell(evaluation: Evaluation, target: int, guess: int) -> tuple[Wrong, ...]:
    """Return the kept mistakes of one cell of the confusion matrix, the surest first."""
    return tuple(w for w in evaluation.worst if (w.target, w.guess) == (target, guess))


def right_ones(data: DataSpec, evaluation: Evaluation, target: int) -> tuple[int, ...] | None:
    """Test examples of a class that were read as such; None if not all mistakes were kept."""
    from viz_models.training.data import pictures

    mistakes = sum(sum(row) - row[i] for i, row in enumerate(evaluation.confusion))
    if mistakes > len(evaluation.worst):
        return None
    wrong = {w.index for w in evaluation.worst}
    of_class = np.flatnonzero(pictures.labels_of_tests(data) == target)
    return tuple(int(i) for i in of_class if int(i) not in wrong)[:MOST_PICTURES]


def pictures(data: DataSpec, indices: Sequence[int]) -> list[np.ndarray]:
    """Test examples as (H, W, 3) uint8.

    Raises:
        ValueError: If they are no pictures.
        OSError: If the data set is not on this machine.
    """
    from viz_models.training.data import pictures as compute

    wanted = tuple(indices)
    return cache.remembered(
        ("pictures", data, wanted), lambda: compute.of_tests(data, wanted), held_bytes
    )


def first_filters(moment: Moment, most: int) -> np.ndarray:
    """Return the first layer's weights as little pictures.

    Args:
        moment: Its `filters` are (F, C, h, w) of a convolution or (F, D) of a linear layer.
        most: How many at most.

    Returns:
        (n, h, w) float32: what the first input channel is multiplied with; of a linear layer the
        D inputs as a square, where they make one.
    """
    weights = moment.filters[:most]
    if weights.ndim >= 4:
        return weights[:, 0]
    flat = weights.reshape(len(weights), -1)
    side = round(flat.shape[1] ** 0.5)
    return flat.reshape(-1, side, side) if side * side == flat.shape[1] else flat[:, None, :]
