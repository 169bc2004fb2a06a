"""Results for the lesson on optimizers; torch is imported when one is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viz_models.recordings import descend as recordings
from viz_models.records.train.optimizers import (
    SCHEDULES,
    Basins,
    BasinSpec,
    DescendSpec,
    MoonsNet,
    OptimizerKey,
    ScheduleName,
    StepArithmetic,
    SurfaceName,
    Sweeps,
    Terrain,
    Walks,
)
from viz_models.ui.kit.cache import cached

if TYPE_CHECKING:
    from viz_models.analysis.train.optimizers_surfaces import Surface

FEWER = {"weight": 61, "weights": 9}  # starts along a weight where a step is dear


@cached(turn=False)
def sweeps() -> Sweeps:
    """Return all recorded sweeps."""
    return recordings.load_sweeps()


def network() -> MoonsNet:
    """Return the trained network whose loss is walked on."""
    return recordings.load_net()


@cached()
def terrain(name: SurfaceName) -> Terrain:
    """Return the picture of a loss, and its places."""
    from viz_models.analysis.train.optimizers_surfaces import terrain as compute

    return compute(name)


@cached()
def walks(spec: DescendSpec) -> Walks:
    """Return the walks from one start.

    Raises:
        ValueError: With one line for the reader, if the spec cannot be walked.
    """
    from viz_models.analysis.train.optimizers import walks as compute

    return compute(spec)


def basins(spec: DescendSpec) -> Basins:
    """Return where every start of the picture ends: from the recording if it has that."""
    sweep = sweeps().of(spec.surface)
    at = [i for i, rate in enumerate(sweep.rates) if rate == spec.rate]
    if at and (spec.steps, spec.schedule) == (sweep.spec.steps, sweep.spec.schedule):
        return _recorded(spec.surface, at[0])
    asked = BasinSpec(
        surface=spec.surface,
        rate=spec.rate,
        steps=spec.steps,
        schedule=spec.schedule,
        points=FEWER.get(spec.surface, sweep.spec.points),
    )
    return _live(asked)


@cached(turn=False)
def _recorded(surface: SurfaceName, at: int) -> Basins:
    sweep = sweeps().of(surface)
    return Basins(
        spec=replace(sweep.spec, rate=float(sweep.rates[at])),
        labels=sweep.labels[:, at],
        arrived=sweep.arrived[:, at],
        provenance=sweeps().provenance,
    )


@cached()
def _live(spec: BasinSpec) -> Basins:
    from viz_models.analysis.train.optimizers_basins import basins as compute

    return compute(spec)


@cached()
def step(spec: DescendSpec, optimizer: OptimizerKey, at: int) -> StepArithmetic:
    """Return one step, computed again line by line."""
    from viz_models.analysis.train.optimizers_step import arithmetic

    return arithmetic(walks(spec), optimizer, at)


@cached()
def schedules(rate: float, steps: int) -> tuple[tuple[ScheduleName, tuple[float, ...], float], ...]:
    """Return each schedule: its name, torch's rate of every step, the formula's difference."""
    from viz_models.analysis.train import optimizers_schedules as compute

    found = []
    for name in SCHEDULES:
        theirs = compute.torchs(name, rate, steps)
        off = float(abs(theirs - compute.rates(name, rate, steps)).max())
        found.append((name, tuple(theirs.tolist()), off))
    return tuple(found)


def surface(name: SurfaceName) -> Surface:
    """Return a loss, its edges, and where a walk begins."""
    from viz_models.analysis.train.optimizers_surfaces import surface as find

    return find(name)
