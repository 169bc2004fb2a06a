"""Sweeps: every value of one setting with every value of another, each with several seeds.

A sweep is an experiment like any other. Its arms are the cells of a table, row by row, and all of
them have the same seeds, so that any two cells are paired.
"""

from viz_models.language import gettext as _
from viz_models.records import Arm, Axis, ExperimentSpec, RunSpec, Table
from viz_models.training import presets
from viz_models.training.loop.checks import check
from viz_models.training.specs import MAX_ARMS
from viz_models.training.sweeps.settings import said, setting

CARD = "sweep"  # what the experiment is called where question cards have their id
MOST_RUNS = 200  # of one sweep
SEEDS = 5  # the fewest that allow a verdict


def sweep(base: RunSpec, table: Table, seeds: int) -> ExperimentSpec:
    """Return the experiment over a table: one arm for each cell, all with the same seeds.

    Args:
        base: What all runs have in common.
        table: What is varied.
        seeds: How many, counted from 0.

    Raises:
        ValueError: If a value does not go with this run, or if these are too many runs.
    """
    rows, columns = setting(table.rows.setting), setting(table.columns.setting)
    if rows is columns:
        raise ValueError(
            _("rows and columns both vary the {title}: choose two settings").format(
                title=_(rows.title)
            )
        )
    if table.cells > MAX_ARMS or table.cells * seeds > MOST_RUNS:
        raise ValueError(
            _(
                "{cells} cells with {seeds} seeds each are {cells_2} runs: choose at most "
                "{max_arms} cells and {most_runs} runs"
            ).format(
                cells=table.cells,
                seeds=seeds,
                cells_2=table.cells * seeds,
                max_arms=MAX_ARMS,
                most_runs=MOST_RUNS,
            )
        )
    base, _rest = presets.fitted(base)
    arms = []
    for row, of_row in enumerate(table.rows.values):
        part = rows.write(base, rows.value(of_row))
        for column, of_column in enumerate(table.columns.values):
            run = columns.write(part, columns.value(of_column))
            arms.append(_arm(label(table, row, column), run))
    return ExperimentSpec(
        name=f"Sweep: {rows.title} × {columns.title}",
        card=CARD,
        table=table,
        arms=tuple(arms),
        seeds=tuple(range(seeds)),
    )


def _arm(name: str, run: RunSpec) -> Arm:
    """Return a cell, unless its run would have to be changed before it can be made."""
    _rest, moved = presets.fitted(run)
    if moved:
        raise ValueError(_("{name}: {why}").format(name=name[:60], why=moved[0].why))
    check(run)
    return Arm(label=name, run=run)


def label(table: Table, row: int, column: int) -> str:
    """Return what a cell is called: "plain, 20 layers"."""
    return f"{said(table.rows, row)}, {said(table.columns, column)}"


def opening() -> ExperimentSpec:
    """Return the sweep that the page opens with, whose runs are recorded."""
    table = Table(
        rows=Axis(setting="skips", values=setting("skips").usual),
        columns=Axis(setting="layers", values=setting("layers").usual),
    )
    return sweep(next(iter(presets.SWEPT.values())), table, SEEDS)
