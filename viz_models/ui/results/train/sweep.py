"""Results for the page on sweeps: what may be varied, what it costs, what its runs came to."""

from collections.abc import Sequence
from functools import cache as once

from viz_models.records import Axis, Experiment, ExperimentSpec, Run, RunSpec, Table
from viz_models.records.train.cards import CardResult, Comparison, Measure, Outcome
from viz_models.records.train.sweep import Grid, SweepPrice
from viz_models.ui.kit import cache, owner
from viz_models.ui.kit.cache import cached


def settings() -> dict[str, str]:
    """Return what can be varied: title -> name."""
    from viz_models.training.sweeps.settings import SETTINGS

    return {setting.title: name for name, setting in SETTINGS.items()}


def usual(name: str) -> str:
    """Return the values that a setting begins with, as people write them."""
    from viz_models.training.sweeps.settings import setting

    return ", ".join(setting(name).usual)


def bases() -> dict[str, RunSpec]:
    """Return the runs that a sweep can begin with."""
    from viz_models.training.presets import SWEPT

    return SWEPT


def axis(name: str, text: str) -> Axis:
    """Return the values of a setting that somebody wrote.

    Raises:
        ValueError: If one means nothing, or there are too many.
    """
    from viz_models.training.sweeps.settings import axis as read

    return read(name, text)


def sweep(base: RunSpec, table: Table, seeds: int) -> ExperimentSpec:
    """Return the experiment over a table.

    Raises:
        ValueError: If a value does not go with this run, or if these are too many runs.
    """
    from viz_models.training.sweeps.table import sweep as make

    return make(base, table, seeds)


@once
def opening() -> ExperimentSpec:
    """Return the sweep whose runs are recorded."""
    from viz_models.training.sweeps.table import opening as make

    return make()


@cached(turn=False)
def recorded() -> CardResult:
    """Return what its runs came to when they were recorded."""
    from viz_models.recordings import sweep as recordings

    return recordings.load()


def price(spec: ExperimentSpec) -> SweepPrice:
    """Return what a sweep costs.

    Raises:
        ValueError: If a run is too much, or there are too many; the line says what fits.
    """
    from viz_models.runs import client

    key = (spec, owner.hosted(), "price of a sweep")
    return cache.remembered(key, lambda: client.price_of_sweep(spec), lambda _: 256)


def grid(
    spec: ExperimentSpec, found: Sequence[Outcome], runs: Sequence[Run], measure: Measure
) -> Grid:
    """Return each cell with its mean and its seeds."""
    from viz_models.training.sweeps.cells import grid as make

    return make(spec, found, runs, measure)


def changes(spec: ExperimentSpec, measure: Measure) -> tuple[Comparison, ...]:
    """Return what the last column differs from the first in, in each row."""
    from viz_models.training.sweeps.cells import changes as make

    return make(spec, measure)


def is_sweep(experiment: Experiment) -> bool:
    """Whether an experiment has a table."""
    return experiment.spec.table is not None
