"""Where every start of a picture ends, with every optimizer: one path is an anecdote.

The optimizers work on each number by itself, so all starts of a rate are one tensor, and each
walks as it would alone. A test holds that, bit for bit.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from viz_models.analysis.train import optimizers_surfaces as surfaces
from viz_models.analysis.train.optimizers import (
    Arrivals,
    Walkers,
    check_walk,
    minima,
    provenance,
)
from viz_models.records.train.optimizers import (
    Basins,
    BasinSpec,
    ScheduleName,
    SurfaceName,
    Sweep,
)

ONE, TWO, NETWORK = 241, 31, 17  # starts along each weight
MOST_STARTS = 60_000
E12 = (1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2)  # evenly spaced in logarithm


def opening(name: SurfaceName, rate: float = 0.1) -> BasinSpec:
    """Return the grid of starts that the lesson shows on a surface."""
    two = len(surfaces.surface(name).low) == 2
    points = ONE if not two else NETWORK if name == "weights" else TWO
    return BasinSpec(surface=name, rate=rate, points=points)


def rates(name: SurfaceName) -> np.ndarray:
    """Return the rates of a sweep, (R,) float64, of the series E12 or E6: 0.001 to 10."""
    values = E12 if name == "valleys" else E12[::2]
    return np.array([float(f"{v}e{decade}") for decade in (-3, -2, -1, 0) for v in values] + [10.0])


def basins(spec: BasinSpec, told: Callable[[], None] = lambda: None) -> Basins:
    """Walk from every start of the grid with every optimizer.

    Args:
        spec: Surface, rate, steps and grid.
        told: Called after every step; it may raise to stop.

    Raises:
        ValueError: With one line for the reader, if the spec cannot be walked.
    """
    check_walk(spec.rate, spec.steps)
    at = surfaces.surface(spec.surface)
    if not 2 <= spec.points ** len(at.low) <= MOST_STARTS:
        raise ValueError(f"{spec.points} starts along each weight: choose 2 or more, and fewer")
    starts = surfaces.starts(spec.surface, spec.points)
    walkers = Walkers(at.loss, starts, spec.optimizers, spec.rate, spec.schedule, spec.steps)
    arrivals = Arrivals(at, minima(spec.surface))
    arrivals.look(walkers.points(), 0)
    for step in range(1, spec.steps + 1):
        walkers.step()
        arrivals.look(walkers.points(), step)
        told()
    labels, arrived = arrivals.found(walkers.points())
    return Basins(spec=spec, labels=labels, arrived=arrived, provenance=provenance())


def sweep(spec: BasinSpec, over: np.ndarray) -> Sweep:
    """Walk from every start at every rate."""
    found = [basins(replace(spec, rate=float(rate))) for rate in over]
    return Sweep(
        spec=spec,
        rates=over,
        labels=np.stack([f.labels for f in found], axis=1),
        arrived=np.stack([f.arrived for f in found], axis=1),
        minima=len(minima(spec.surface)),
    )


def each_schedule(spec: BasinSpec, names: tuple[ScheduleName, ...]) -> tuple[Basins, ...]:
    """Walk from every start under each schedule."""
    return tuple(basins(replace(spec, schedule=name)) for name in names)
