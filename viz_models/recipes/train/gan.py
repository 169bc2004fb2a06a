"""What the lesson on GANs opens with: moments of eight runs, and the ends of forty."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import TypeVar, get_args

from viz_models.records.train.gan import (
    GAN_LOSSES,
    DigitGan,
    GanData,
    GanOptimizer,
    GanRecording,
    GanRun,
    GanSpec,
    Vanishing,
)
from viz_models.training.gan import plane, vanishing

Found = TypeVar("Found", GanRun, Vanishing, DigitGan)
SEEDS = 5


def measure(
    told: Callable[[int, int], None] = lambda done, total: None,
    steps: int = GanSpec().steps,
    seeds: int = SEEDS,
) -> GanRecording:
    """Train every choice of data, optimizer and loss with several seeds; keep the first in full.

    Args:
        told: How many runs are done, and of how many.
        steps: Of each run.
        seeds: From 0 on.
    """
    specs = [
        GanSpec(data=data, optimizer=optimizer, loss=loss, seed=seed, steps=steps)
        for seed, data, optimizer, loss in product(
            range(seeds), get_args(GanData), get_args(GanOptimizer), GAN_LOSSES
        )
    ]
    runs, ends = [], []
    for done, spec in enumerate(specs):
        told(done, len(specs))
        found = plane.run(spec)
        ends.append(plane.end(found))
        if spec.seed == 0:
            runs.append(recorded(found))
    told(len(specs), len(specs))
    return GanRecording(
        runs=tuple(runs),
        ends=tuple(ends),
        vanishing=recorded(vanishing.measure()),
    )


def recorded(found: Found) -> Found:
    """Return the same result, said to be recorded today."""
    provenance = replace(
        found.provenance, kind="recorded run", date=datetime.date.today().isoformat()
    )
    return replace(found, provenance=provenance)
