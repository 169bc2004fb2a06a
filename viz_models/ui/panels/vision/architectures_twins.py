"""The lesson on architectures, second part: small twins that were trained alike."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import count, digits, percent
from viz_models.figures.vision import architectures_twins as figures
from viz_models.language import gettext as _
from viz_models.records.train.paired import Paired
from viz_models.records.vision.architectures import BY_NAME, COMPARED, TwinCell, TwinRecord
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import architectures as results


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The recorded trainings, and the chosen network."""

    record: TwinRecord
    name: str


def opened(name: str) -> View:
    """Return the recorded trainings beside the network that was chosen above."""
    return View(results.twins(), name)


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name; words follow the intervals."""
    record = view.record
    others = [t for t in record.twins if t.difference is not None]
    said = {
        way: _titles([t for t in others if t.difference and t.difference.verdict == way])
        for way in ("higher", "lower", "not larger than the seed noise")
    }
    return {
        "train": f"{record.train:,}",
        "tests": str(record.tests),
        "seeds": str(len(record.seeds)),
        "steps": str(record.spec.steps),
        "batch": str(record.spec.batch_size),
        "lr": digits(record.spec.lr, 2),
        "seconds": digits(record.cpu_seconds, 2),
        "compared": BY_NAME[COMPARED].title,
        "compared_accuracy": percent(float(np.mean(record.twin(COMPARED).accuracies))),
        "better": said["higher"],
        "worse": said["lower"],
        "same": said["not larger than the seed noise"],
        "least": count(min(t.parameters for t in record.twins)),
        "most": count(max(t.parameters for t in record.twins)),
        "machine": record.machine,
        **{s.name.replace(" ", "_"): _switch(s, record) for s in record.switches},
    }


def _titles(cells: list[TwinCell]) -> str:
    return ", ".join(BY_NAME[t.name].title for t in cells) or _("none")


def points(difference: Paired) -> str:
    """Return a difference in percentage points with its 95 % interval."""
    mean, low, high = (
        digits(100 * x, 2) for x in (difference.mean, difference.low, difference.high)
    )
    return _("{mean} points (95 % interval {low} to {high})").format(mean=mean, low=low, high=high)


def _switch(cell: TwinCell, record: TwinRecord) -> str:
    """Return what a switch did to the accuracy at the end, as its interval says."""
    assert cell.difference is not None
    before = percent(float(np.mean(record.twin("alexnet").accuracies)))
    after = percent(float(np.mean(cell.accuracies)))
    if not cell.difference.decided:
        return _("no difference that is larger than the seed noise: {points}").format(
            points=points(cell.difference)
        )
    said = (
        _("higher accuracy, {after} against {before}: {points}")
        if cell.difference.verdict == "higher"
        else _("lower accuracy, {after} against {before}: {points}")
    )
    return said.format(after=after, before=before, points=points(cell.difference))


def draw_accuracies(view: View) -> None:
    """Draw how accurate every twin became, seed by seed."""
    with st.container(border=True, height="stretch"):
        st.caption(_("Small twins after the same training. A dot is a seed, a line is their mean."))
        show(kept(figures.accuracies, view.record, view.name, **figure_look()), "twins")


def draw_twin(view: View) -> None:
    """Draw the chosen twin's numbers beside those of the twin it is compared with."""
    with st.container(border=True, height="stretch"):
        shown = [view.name] if view.name != COMPARED else []
        both = [view.record.twin(name) for name in (*shown, COMPARED)]
        sheet(
            [BY_NAME[c.name].title for c in both],
            _rows(both),
            key="twin",
            title=_("Twins at 32×32"),
            note=_("{count} seeds, {steps} steps of {batch_size} digits · {machine}").format(
                count=len(view.record.seeds),
                steps=view.record.spec.steps,
                batch_size=view.record.spec.batch_size,
                machine=view.record.machine,
            ),
            badge=lesson.badge(view.record.provenance),
        )


def _rows(cells: list[TwinCell]) -> list[tuple[str, list[Cell]]]:
    return [
        (_("parameters"), [(count(c.parameters), "") for c in cells]),
        (_("multiply-adds"), [(count(c.macs), "") for c in cells]),
        (_("layers"), [(str(c.layers), "") for c in cells]),
        (
            _("test accuracy"),
            [
                (
                    percent(float(np.mean(c.accuracies))),
                    _("{low} to {high}").format(
                        low=percent(min(c.accuracies)), high=percent(max(c.accuracies))
                    ),
                )
                for c in cells
            ],
        ),
        (
            _("training"),
            [
                (f"{digits(float(np.median(c.cpu_seconds)), 2)} s", _("processor time"))
                for c in cells
            ],
        ),
    ]


def draw_switches(view: View) -> None:
    """Draw AlexNet's twin as it is and with one thing changed, step by step."""
    with st.container(border=True):
        chosen = chips(_("Change"), figures.SAID, key="change", default="tanh", show=_("Change"))
        show(kept(figures.switch_curves, view.record, chosen, **figure_look()), "switches")
        st.caption(lesson.badge(view.record.provenance))


def table(view: View) -> str:
    """Return a table with a row for each training."""
    record = view.record
    head = ("network", "change", "seed", "parameters", "multiply_adds", "accuracy", "cpu_seconds")
    rows = [
        [
            *(("alexnet", c.name) if c in record.switches else (c.name, "")),
            *(seed, c.parameters, c.macs, accuracy, seconds),
        ]
        for c in (*record.twins, *record.switches)
        for seed, accuracy, seconds in zip(record.seeds, c.accuracies, c.cpu_seconds, strict=True)
    ]
    return take_away.csv_text(head, rows)
