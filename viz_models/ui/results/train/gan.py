"""Results for the lesson on GANs: recorded, or computed; torch is imported when one is."""

from collections.abc import Sequence

import numpy as np

from viz_models.records import Verdict
from viz_models.records.train.gan import (
    DigitFakes,
    DigitGan,
    GanData,
    GanEnd,
    GanLoss,
    GanMoment,
    GanOptimizer,
    GanRecording,
    GanSpec,
    GanUpdate,
)
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> GanRecording:
    """Return the runs that the lesson opens with."""
    from viz_models.recordings import gan

    return gan.load()


@cached(turn=False)
def moment(data: GanData, optimizer: GanOptimizer, loss: GanLoss, k: int) -> GanMoment:
    """Return one of the moments of a recorded run."""
    return recorded().run(data, optimizer, loss).moment(k)


@cached(turn=False)
def recorded_digits() -> DigitGan:
    """Return what was measured about the generator of digits."""
    from viz_models.recordings import gan

    return gan.load_digits()


@cached()
def real_points(data: GanData) -> np.ndarray:
    """Return real points to show: (300, 2) float32."""
    from viz_models.analysis.train import gan

    return gan.shown_points(data)


@cached()
def update(spec: GanSpec) -> GanUpdate:
    """Return one update, opened; a quarter of a second."""
    from viz_models.training.gan import update as training

    return training.update(spec)


def difference(
    first: Sequence[GanEnd], second: Sequence[GanEnd]
) -> tuple[float | None, float | None, float | None, Verdict]:
    """Return mean and 95 % interval of (second - first) in the share near the data, by seed."""
    from viz_models.analysis.seed_noise import interval, verdict

    pairs = [b.near - a.near for a, b in zip(first, second, strict=True)]
    mean, low, high = interval(pairs)
    return mean, low, high, verdict(len(pairs), low, high)


@cached()
def drawn(rows: int, walk: float) -> DigitFakes:
    """Draw fakes of every digit with the shipped generator.

    Args:
        rows: How many z of each digit.
        walk: 0..1, how far each z is on its way from one place to another.
    """
    from viz_models.training.gan import digits

    return digits.walked(rows, walk)
