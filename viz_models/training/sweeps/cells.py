"""What the runs of a sweep came to, cell by cell."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from viz_models.language import gettext as _
from viz_models.records import ExperimentSpec, Run
from viz_models.records.train.cards import Comparison, Measure, Outcome
from viz_models.records.train.sweep import Cell, Grid
from viz_models.training.sweeps.settings import said
from viz_models.training.verdict import measured


def grid(
    spec: ExperimentSpec, found: Sequence[Outcome], runs: Sequence[Run], measure: Measure
) -> Grid:
    """Return each cell with its mean and its seeds.

    Args:
        spec: Of a sweep.
        found: Its runs that have ended.
        runs: All of its runs; none where nothing was started here.
        measure: Which number of a run.

    Raises:
        ValueError: If the experiment is no sweep.
    """
    if spec.table is None:
        raise ValueError(_("this experiment is no sweep: it has no table"))
    cells = tuple(_cell(spec, arm, found, runs, measure) for arm in range(len(spec.arms)))
    rows, columns = (
        tuple(said(axis, i) for i in range(len(axis.values)))
        for axis in (spec.table.rows, spec.table.columns)
    )
    return Grid(rows=rows, columns=columns, measure=measure, cells=cells)


def _cell(
    spec: ExperimentSpec, arm: int, found: Sequence[Outcome], runs: Sequence[Run], measure: Measure
) -> Cell:
    comparison = Comparison(plus=(arm,), minus=(), measure=measure)
    told = {o.seed: measured(o, comparison) for o in found if o.arm == arm and o.whole}
    values = {seed: value for seed, value in sorted(told.items()) if value is not None}
    mine = [o for o in found if o.arm == arm]
    states: Counter[str] = Counter("stopped early" if o.early else o.state for o in mine)
    ended = {o.seed for o in mine}
    states.update(r.state for r in runs if r.arm == arm and r.spec.seed not in ended)
    return Cell(
        label=spec.arms[arm].label,
        seeds=tuple(values),
        values=tuple(values.values()),
        mean=fmean(values.values()) if values else None,
        states=tuple(states.items()),
    )


def changes(spec: ExperimentSpec, measure: Measure) -> tuple[Comparison, ...]:
    """Return what the last column differs from the first in, in each row.

    Raises:
        ValueError: If the experiment is no sweep.
    """
    if spec.table is None:
        raise ValueError(_("this experiment is no sweep: it has no table"))
    table, last = spec.table, len(spec.table.columns.values) - 1
    if not last:
        return ()
    return tuple(
        Comparison(plus=(table.place(row, last),), minus=(table.place(row, 0),), measure=measure)
        for row in range(len(table.rows.values))
    )
