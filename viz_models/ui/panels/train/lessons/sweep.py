"""A sweep on screen: its table as it fills, the curves of one cell, what its columns change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from viz_models.figures.train import curves as train_curves
from viz_models.figures.train import sweep as figures
from viz_models.figures.train import sweep_lines
from viz_models.language import gettext as _
from viz_models.language import ngettext, numbered
from viz_models.records import ENDED, Provenance
from viz_models.records.train.cards import Difference, Measure, Outcome
from viz_models.records.train.curves import CurveView, RunCurve
from viz_models.records.train.sweep import Cell, Grid
from viz_models.ui.kit import frame, lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, select
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.train import live as train_live
from viz_models.ui.panels.train import verdict as train_verdict
from viz_models.ui.panels.train.lessons.sweep_ask import Asked
from viz_models.ui.results.train import sweep as results
from viz_models.ui.results.train import train as train_results
from viz_models.ui.results.train.watch import Watched

MEASURES: dict[str, Measure] = {
    "accuracy": "accuracy",
    "test-loss": "test loss",
    "training-loss": "training loss",
    "seconds": "seconds",
}
MOST_NAMED = 3  # rows in the answer
SHOWS: dict[Measure, CurveView] = {
    "accuracy": CurveView(metric="accuracy", examples="validation"),
    "test loss": CurveView(metric="loss", examples="validation"),
    "training loss": CurveView(metric="loss", examples="training"),
    "seconds": CurveView(metric="loss", examples="training", along="second"),
}
_CLICKED = "forward_pass.sweep.clicked"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A sweep, and what is known about it."""

    asked: Asked
    measure: Measure
    outcomes: tuple[Outcome, ...]
    grid: Grid
    changes: tuple[Difference, ...]  # the last column less the first, in each row
    provenance: Provenance | None  # None where nothing was run


def view(asked: Asked) -> View:
    """Draw the choice of the measure; return the sweep with what its runs came to so far."""
    titles = {name: train_verdict.UNITS[measure][0] for name, measure in MEASURES.items()}
    measure = MEASURES[chips(_("Measure"), titles, key="measure", default="accuracy")]
    experiment = asked.experiment
    found: tuple[Outcome, ...] = ()
    provenance = None
    if experiment is not None:
        found = train_results.outcomes(experiment)
        device = next((run.device for run in experiment.runs if run.device), "")
        provenance = Provenance(kind="measured now", device=device)
    elif asked.spec == results.opening():
        kept = results.recorded()
        found, provenance = kept.outcomes, kept.provenance
    return View(
        asked=asked,
        measure=measure,
        outcomes=found,
        grid=results.grid(asked.spec, found, experiment.runs if experiment else (), measure),
        changes=train_results.differences(results.changes(asked.spec, measure), found),
        provenance=provenance,
    )


def answer(now: View) -> str:
    """Return which answer the page gives: what was measured, how far it is, or what will be."""
    experiment = now.asked.experiment
    if experiment and any(run.state not in ENDED for run in experiment.runs):
        return "Answer: not all"
    if len(now.grid.known) == len(now.grid.cells):
        return "Answer: measured"
    return "Answer: some" if experiment else "Answer: not yet"


def facts(now: View) -> dict[str, str]:
    """Return the numbers that the texts name."""
    spec = now.asked.spec
    experiment = now.asked.experiment
    runs_ = experiment.runs if experiment else ()
    told = {
        "cells": str(len(spec.arms)),
        "seeds": ngettext("one seed", "{seeds} seeds", len(spec.seeds)).format(
            seeds=len(spec.seeds)
        ),
        "runs": str(len(spec.arms) * len(spec.seeds)),
        "ended": str(sum(run.state in ENDED for run in runs_)),
        "finished": str(sum(o.whole for o in now.outcomes)),
        "measure": _(train_verdict.UNITS[now.measure][0]),
        "first": numbered(now.grid.columns[0]),
        "last": numbered(now.grid.columns[-1]),
        "said": _said(now.changes),
        "changes": _list(
            [
                f"{train_verdict.amount(d)} ({numbered(row)})"
                for d, row in zip(now.changes, now.grid.rows, strict=False)
            ]
        ),
    }
    if not now.grid.known:
        return told
    best, worst = _ends(now)
    return told | {
        "best": numbered(best.label),
        "best_value": figures.number(best.mean or 0.0, now.measure),
        "worst": numbered(worst.label),
        "worst_value": figures.number(worst.mean or 0.0, now.measure),
    }


def _said(changes: tuple[Difference, ...]) -> str:
    """Return in words whether the columns do the same in every row."""
    verdicts = {difference.verdict for difference in changes}
    if not changes or "too few pairs" in verdicts:
        return _("There is no verdict below five seeds.")
    if len(verdicts) > 1:
        return _("It depends on the row.")
    if verdicts == {"not larger than the seed noise"}:
        return _("No row changes by more than the seed noise.")
    return _("All rows change in the same direction.")


def _list(parts: list[str]) -> str:
    shown = parts if len(parts) <= MOST_NAMED else [*parts[: MOST_NAMED - 1], parts[-1]]
    return ", ".join(shown) or _("nothing: it has one column")


def _ends(now: View) -> tuple[Cell, Cell]:
    """Return the best cell and the worst."""
    order = sorted(now.grid.known, key=lambda cell: cell.mean or 0.0)
    less = now.measure in figures.LESS_IS_BETTER
    return (order[0], order[-1]) if less else (order[-1], order[0])


def draw_stage(now: View, text: Mapping[str, str]) -> None:
    """Draw the table and the curves of the chosen cell; both move while runs go on."""
    if now.asked.experiment is None:
        curves = tuple(train_results.curves(now.outcomes))
        _draw(now, text, now.grid, curves)
    else:
        train_live.follow((now.asked.experiment.id,), partial(_tick, now, text))


def _tick(now: View, text: Mapping[str, str], watched: list[Watched]) -> None:
    """Draw a sweep as it stands at the moment."""
    (each,) = watched
    if each.experiment is None:
        return
    found = train_results.outcomes(each.experiment)
    grid = results.grid(now.asked.spec, found, each.experiment.runs, now.measure)
    _draw(now, text, grid, each.drawn())
    train_live.draw_progress(each)


def _draw(now: View, text: Mapping[str, str], grid: Grid, curves: tuple[RunCurve, ...]) -> None:
    left, right = st.columns([1.7, 1], gap="xsmall")
    with right, st.container(border=True, height="stretch"):
        chosen = _draw_cell(now, grid, curves)
    with left, st.container(border=True, height="stretch"):
        with st.container(key="sideways_table"):  # on a phone it keeps its width
            st.echarts_chart(
                figures.heatmap(grid, chosen, **figure_look()),
                height=frame.px(figures.height(grid)),
                theme=None,
                key="table",
                on_select=partial(_click, grid),
                alt=_("{measure} of {count} times {count_2} cells").format(
                    measure=_(now.measure), count=len(grid.rows), count_2=len(grid.columns)
                ),
            )
        origin = f" · {lesson.badge(now.provenance)}" if now.provenance else ""
        st.caption(text["Legend"] + origin)


def _draw_cell(now: View, grid: Grid, curves: tuple[RunCurve, ...]) -> int:
    """Draw the choice of a cell and the curves of its seeds; return its place."""
    labels = [cell.label for cell in grid.cells]
    usual = labels[len(grid.columns) - 1]
    if st.session_state.get("cell") not in labels:
        st.session_state.pop("cell", None)
    chosen = select(
        _("Cell"),
        {label: i for i, label in enumerate(labels)},
        "cell",
        240,
        default=usual,
        show=numbered,
    )
    shown, name = SHOWS[now.measure], numbered(labels[chosen])
    mine = [replace(curve, arm=0) for curve in curves if curve.arm == chosen]
    st.echarts_chart(
        train_curves.curves(mine, [name], shown, **figure_look()),
        height=frame.px(figures.height(grid)),
        theme=None,
        key="cell_curves",
        alt=_("{metric} of {cell}").format(metric=_(shown.metric), cell=name),
    )
    cell = grid.cells[chosen]
    by_seed = (
        f"{seed}: {figures.number(value, now.measure)}"
        for seed, value in zip(cell.seeds, cell.values, strict=True)
    )
    st.caption(_("By seed: {x}.").format(x=", ".join(by_seed) or _("nothing yet")))
    return chosen


def _click(grid: Grid) -> None:
    """Choose the cell that was clicked; a second click on the same one is no other choice."""
    selected = st.session_state["table"]["selection"]["selected"]
    places = [i for group in selected for i in group["data_indices"]]
    place = places[0] if places else st.session_state.get(_CLICKED, -1)
    if 0 <= place < len(grid.cells):
        st.session_state[_CLICKED] = place
        st.session_state["cell"] = grid.cells[place].label


def draw_lines(now: View) -> None:
    """Draw each row as a line over the columns."""
    with st.container(border=True, height="stretch"):
        title = train_verdict.measured(results.changes(now.asked.spec, now.measure)[0])
        show(kept(sweep_lines.lines, now.grid, title, **figure_look()), "lines")


def draw_changes(now: View) -> None:
    """Draw what the last column changes in each row, against the noise of the seeds."""
    with st.container(border=True, height="stretch"):
        st.markdown(
            _("**{columns} − {columns_2}**, row by row").format(
                columns=numbered(now.grid.columns[-1]), columns_2=numbered(now.grid.columns[0])
            )
        )
        less = now.measure in figures.LESS_IS_BETTER
        sides = (_("better"), _("worse")) if less else (_("worse"), _("better"))
        train_verdict.draw_verdict(now.changes, now.asked.spec.arms, sides)


def code(now: View) -> str:
    """Return the run of the chosen cell as one file of plain PyTorch."""
    labels = [arm.label for arm in now.asked.spec.arms]
    name = st.session_state.get("cell")
    place = labels.index(name) if name in labels else len(now.grid.columns) - 1
    return train_results.script(now.asked.spec.arms[place].run)


def table(now: View) -> str:
    """Return every run that has ended as a row of CSV."""
    spec = now.asked.spec
    rows = (
        [
            spec.arms[o.arm].label,
            o.seed,
            o.state,
            o.tests.accuracy[-1] if o.tests.step else "",
            o.tests.loss[-1] if o.tests.step else "",
            "" if o.training_loss is None else o.training_loss,
            o.seconds,
        ]
        for o in now.outcomes
    )
    names = ("test_accuracy", "test_loss", "training_loss", "seconds")
    return take_away.csv_text(("cell", "seed", "state", *names), rows)
