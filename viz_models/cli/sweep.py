"""`sweep`: every value of one setting with every value of another, as a table."""

import argparse
import json
import sys
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.cli.train import INTERRUPTED, Follower, parsed
from viz_models.records.train.experiments import Axis, Budget, ExperimentSpec, RunSpec, Table

if TYPE_CHECKING:
    from viz_models.records.train.runs import Experiment
    from viz_models.records.train.sweep import Cell, Grid

MEASURES = {
    "accuracy": "accuracy",
    "test-loss": "test loss",
    "training-loss": "training loss",
    "seconds": "seconds",
}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--network", default="MLP", help="MLP, CNN or Transformer, on digits")
    what.add_argument("--spec", type=Path, metavar="FILE", help="what all runs share, as JSON")
    parser.add_argument("--rows", default="skips=plain,residual", metavar="SETTING=VALUES")
    parser.add_argument("--columns", default="layers=4,10,20,40", metavar="SETTING=VALUES")
    parser.add_argument("--seeds", type=int, default=5, help="of each cell; default: %(default)s")
    parser.add_argument("--epochs", type=float, help="instead of the usual budget")
    parser.add_argument("--measure", choices=MEASURES, default="accuracy", help="in the table")
    parser.add_argument("--price", action="store_true", help="only say what it costs")
    parser.add_argument("--json", action="store_true")


def _run(options: argparse.Namespace) -> str:
    from viz_models.runs import client, home

    spec = asked(options)
    price = client.price_of_sweep(spec)
    if options.price:
        return json.dumps(asdict(price)) if options.json else price.sentence
    sys.stderr.write(f"{price.sentence}\n")
    follow = None
    try:
        experiment = client.start(home.LOCAL_OWNER, spec, uuid.uuid4().hex)
        follow = Follower(experiment.id, json_lines=False)
        follow.to_the_end()
    except KeyboardInterrupt:
        if follow:
            client.store().cancel(None, follow.id)
            follow.until_cancelled()
        raise SystemExit(INTERRUPTED) from None
    return _told(client.experiment(experiment.id), options)


def asked(options: argparse.Namespace) -> ExperimentSpec:
    """Return the sweep that the options ask for.

    Raises:
        ValueError: If one of them means nothing; the line says what to write.
        OSError: If there is no such file.
    """
    from viz_models.training.sweeps.table import sweep

    if options.seeds < 1:
        raise ValueError(f"--seeds {options.seeds}: choose 1 or more")
    base = _base(options)
    if options.epochs is not None:
        base = replace(base, budget=Budget(amount=options.epochs, unit="epochs"))
    table = Table(rows=_axis("--rows", options.rows), columns=_axis("--columns", options.columns))
    return sweep(base, table, options.seeds)


def _base(options: argparse.Namespace) -> RunSpec:
    from viz_models.training import presets, specs

    if options.spec is not None:
        return specs.run_from_json(parsed(options.spec))
    if options.network not in presets.SWEPT:
        names = ", ".join(presets.SWEPT)
        raise ValueError(f"unknown network {options.network!r}; choose {names}")
    return presets.SWEPT[options.network]


def _axis(option: str, text: str) -> Axis:
    from viz_models.training.sweeps.settings import axis

    name, equals, values = text.partition("=")
    if not equals:
        raise ValueError(f"{option} {text!r}: write a setting and its values, as in rate=0.01,0.1")
    return axis(name.strip(), values)


def _told(experiment: "Experiment", options: argparse.Namespace) -> str:
    """Return the table with what all runs came to."""
    from viz_models.runs import client, outcomes
    from viz_models.training.sweeps.cells import grid

    spec, store = experiment.spec, client.store()
    ended = [outcomes.outcome(store, spec, run) for run in experiment.runs if run.started]
    found = grid(spec, ended, experiment.runs, MEASURES[options.measure])  # type: ignore[arg-type]
    if options.json:
        cells = [_plain(cell) for cell in found.cells]
        head = {"experiment": experiment.id, "measure": found.measure}
        axes = {"rows": asdict(spec.table.rows), "columns": asdict(spec.table.columns)}  # type: ignore[union-attr]
        return json.dumps({**head, **axes, "seeds": list(spec.seeds), "cells": cells})
    return _written(found)


def _plain(cell: "Cell") -> dict[str, object]:
    values = dict(zip(map(str, cell.seeds), cell.values, strict=True))
    return {"cell": cell.label, "mean": cell.mean, "seeds": values, "runs": dict(cell.states)}


def _written(found: "Grid") -> str:
    """Return the table for people: the mean of each cell, and how far its seeds reach."""
    width = len(found.columns)
    rows = [["", *found.columns]]
    for i, name in enumerate(found.rows):
        rows.append([name, *map(_short, found.cells[i * width : (i + 1) * width])])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _short(cell: "Cell") -> str:
    if cell.mean is None:
        return ", ".join(f"{count} {state}" for state, count in cell.states) or "-"
    return f"{cell.mean:.4g} ({min(cell.values):.4g} to {max(cell.values):.4g})"


COMMAND = Command(
    help="Train a table of runs: two settings, every pair of values, several seeds.",
    add_arguments=_add_arguments,
    run=_run,
)
