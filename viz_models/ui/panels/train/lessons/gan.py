"""Two networks against each other: the recorded runs in the plane, and what they are worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.train import gan as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.gan import (
    GAN_LOSSES,
    GanData,
    GanLoss,
    GanOptimizer,
    GanRecording,
    GanRun,
)
from viz_models.records.train.lesson_runs import run as lesson_run
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.train import gan as results
from viz_models.ui.results.train import train as train_results

DATA = {"ring": N_("ring"), "moons": N_("moons")}
OPTIMIZER: dict[str, GanOptimizer] = {"Adam": "adam", "SGD": "sgd"}
DATA_NAMES: dict[GanData, str] = {"ring": N_("ring of 8 Gaussians"), "moons": N_("two moons")}
OPTIMIZER_NAMES: dict[GanOptimizer, str] = {"adam": "Adam", "sgd": "SGD"}
LOSS_TITLES: dict[GanLoss, str] = {
    "saturating": N_("G minimizes log(1 − D): the notes"),
    "non-saturating": N_("G minimizes −log D"),
}
OPENING = 8  # the moment that the page opens with: the fakes have left, and are not there yet
LATE = 2e-3  # D of the fakes, at which the answer compares both gradients


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose."""

    found: GanRecording
    data: GanData
    optimizer: GanOptimizer
    moment: int

    def run(self, loss: GanLoss) -> GanRun:
        """Return the recorded run with one of the two losses."""
        return self.found.run(self.data, self.optimizer, loss)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of which there are moments."""
        return self.run("saturating").steps


def controls() -> View:
    """Draw the choices of data and optimizer; return them with the chosen moment."""
    found = results.recorded()
    with control_row():
        data: Any = chips(_("Data"), DATA, key="data", default="ring", show=_("Real points"))
        named = {name: name for name in OPTIMIZER}
        optimizer = chips(_("Optimizer"), named, key="opt", default="Adam", show=_("Optimizer"))
    view = View(found, data, OPTIMIZER[optimizer], 0)
    at = position([f"{step:,}" for step in view.steps], "moment", OPENING)
    return View(found, view.data, view.optimizer, at)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts of the page name."""
    found = view.found.vanishing
    d_fake, notes, other = (
        np.median(values, axis=0)
        for values in (found.d_fake, found.saturating, found.non_saturating)
    )
    k = int(np.argmax(d_fake < LATE))
    ends = {loss: view.found.ends_of(view.data, view.optimizer, loss) for loss in GAN_LOSSES}
    return {
        "d_start": digits(float(d_fake[0]), 2),
        "d_late": digits(float(d_fake[k]), 2),
        "notes_start": digits(float(notes[0]), 2),
        "notes_late": digits(float(notes[k]), 2),
        "other_start": digits(float(other[0]), 2),
        "other_late": digits(float(other[k]), 2),
        "factor": f"{other[k] / notes[k]:.0f}",
        "optimizer": OPTIMIZER_NAMES[view.optimizer],
        "data": _(DATA_NAMES[view.data]),
        "seeds": str(len(ends["saturating"])),
        "notes_parts": parts([e.parts for e in ends["saturating"]]),
        "other_parts": parts([e.parts for e in ends["non-saturating"]]),
        "alone": f"{found.steps[k]}",
    }


def parts(found: list[int]) -> str:
    """Return how many of the 8 parts were found over the seeds: "8" or "3 to 7"."""
    low, high = min(found), max(found)
    return f"{low}" if low == high else _("{low} to {high}").format(low=low, high=high)


def draw_planes(view: View, text: Mapping[str, str]) -> None:
    """Draw both runs at the chosen moment, the scrubber, and what reaches G as D gets better."""
    columns = st.columns([1, 1, 0.92], gap="xsmall")
    for column, loss in zip(columns[:2], GAN_LOSSES, strict=True):
        with column.container(border=True, height="stretch", gap="xsmall"):
            _draw_run(view, loss)
    with columns[2].container(border=True, height="stretch", gap="xsmall"):
        found = view.found.vanishing
        st.markdown(_("**What reaches G while D alone is trained**"))
        show(kept(figures.vanishing, found, **figure_look()), "vanishing")
        ledger(
            _lines(view),
            key="moment_numbers",
            title=_("after step {steps:,}").format(steps=view.steps[view.moment]),
            note=_("log(1 − D) | −log D"),
            badge=lesson.badge(view.run("saturating").provenance),
            terms=words.glossary(),
        )
    scrubber(
        [f"{step:,}" for step in view.steps],
        key="moments",
        lead=_("step"),
        label=_("Moments of the training"),
        param="moment",
        default=OPENING,
    )
    st.caption(text["Legend"])


def _draw_run(view: View, loss: GanLoss) -> None:
    run = view.run(loss)
    look = figure_look()
    st.markdown(f"**{_(LOSS_TITLES[loss])}**")
    real = results.real_points(view.data)
    moment = results.moment(view.data, view.optimizer, loss, view.moment)
    show(kept(figures.plane, moment, real, **look), f"plane_{loss}")
    curves = kept(figures.losses, run.curves, loss, run.steps[view.moment], **look)
    show(curves, f"losses_{loss}")


def _lines(view: View) -> list[Line]:
    notes, other = (view.run(loss) for loss in GAN_LOSSES)
    k, step = view.moment, view.steps[view.moment]
    at = int(np.searchsorted(notes.curves.steps, max(step, 1)))

    def both(name: str, significant: int = 2) -> str:
        values = (getattr(run.curves, name)[at] for run in (notes, other))
        return " | ".join(digits(float(v), significant) for v in values)

    found = _("{parts} | {parts_2} of 8").format(parts=notes.parts[k], parts_2=other.parts[k])
    near = f"{percent(notes.near[k])} | {percent(other.near[k])}"
    return [
        Line(label=_("parts of the data found"), value=found, role="chosen"),
        Line(label=_("fakes near the data"), value=near),
        Line(label=_("mean D of the real points"), value=both("d_real")),
        Line(label=_("mean D of the fakes"), value=both("d_fake")),
        Line(label=_("gradient norm at G"), value=both("g_gradient")),
    ]


def draw_ends(view: View, text: Mapping[str, str]) -> None:
    """Draw how many parts each seed found, and the difference between the losses."""
    st.subheader(_("Does the vanishing gradient matter?"))
    left, right = st.columns([1, 1.2], gap="xsmall")
    rows = {
        f"{_(figures.NAMES[loss])}, {name}": view.found.ends_of(view.data, optimizer, loss)
        for optimizer, name in OPTIMIZER_NAMES.items()
        for loss in GAN_LOSSES
    }
    with left.container(border=True, height="stretch"):
        st.markdown(
            _("**{data_names}: each seed's end**").format(data_names=_(DATA_NAMES[view.data]))
        )
        chart = kept(figures.ends, rows, OPTIMIZER_NAMES[view.optimizer], **figure_look())
        show(chart, "ends")
    with right:
        _draw_table(view)
    st.markdown(text["Does the vanishing gradient matter?"])


def _draw_table(view: View) -> None:
    rows = []
    for data, data_name in DATA_NAMES.items():
        for optimizer, name in OPTIMIZER_NAMES.items():
            notes, other = (view.found.ends_of(data, optimizer, loss) for loss in GAN_LOSSES)
            cells = [
                (
                    percent(float(np.mean([e.near for e in ends]))),
                    _("{parts} of 8 parts").format(parts=parts([e.parts for e in ends])),
                )
                for ends in (notes, other)
            ]
            mean, low, high, verdict = results.difference(notes, other)
            said = f"{_points(mean)} [{_points(low)}, {_points(high)}]"
            rows.append((f"{_(data_name)}, {name}", [*cells, (said, _(verdict))]))
    sheet(
        ("log(1 − D)", _("−log D"), _("difference, 95 % interval")),
        rows,
        key="ends_table",
        title=_("Share of the fakes that lie within 3 σ of the data, mean over the seeds"),
        note=_("difference: −log D minus log(1 − D) in percentage points, paired by seed"),
        badge=_("{badge} · 5 seeds").format(badge=lesson.badge(view.found.vanishing.provenance)),
    )


def _points(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:+.1f}".replace("-", "−")


def verdict(view: View) -> str:
    """Return which section says what the five seeds of this optimizer say."""
    _rest, _rest, _rest, said = results.difference(
        *(view.found.ends_of(view.data, view.optimizer, loss) for loss in GAN_LOSSES)
    )
    return f"Verdict: {said}"


def code(view: View) -> str:
    """Return a script that trains both recorded runs and prints how they end."""
    return train_results.script(lesson_run(view.run("saturating").spec))


def table(view: View) -> str:
    """Return how every recorded run ended as CSV, one a row."""
    rows = [
        [s.data, s.optimizer, s.loss, s.seed, e.parts, e.near, e.d_loss, e.g_loss]
        for e in view.found.ends
        for s in (e.spec,)
    ]
    head = (
        "data",
        "optimizer",
        _("loss of G"),
        "seed",
        "parts",
        "near",
        _("D's loss"),
        _("G's loss"),
    )
    return take_away.csv_text(head, rows)
