"""The lesson on memory: how strongly the answer depends on each input, and who learns the task."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.sequence import memory as figures
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.sequence.memory import (
    LENGTHS,
    READERS,
    Influence,
    MemoryGrid,
    MemoryRun,
    ReaderSpec,
)
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.cache import remembered
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.sequence import memory as results

CELLS = {"lstm": "LSTM", "rnn": "RNN", "gru": "GRU", "attention": N_("attention")}
TINY = 1e-38  # the smallest number that float32 holds with all its digits
BIASES = (0, 1, 2, 3, 4, 5, 6)
FACTORS = {
    "lstm": N_("the forget gate at first, σ(b)"),
    "gru": N_("the update gate at first, σ(0)"),
    "rnn": N_("largest |eigenvalue| of U"),
    "attention": N_("steps between an input and the answer"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was measured."""

    grid: MemoryGrid
    chosen: ReaderSpec
    now: tuple[Influence, ...]  # of the chosen reader, one a seed
    at: int  # the chosen input, counted from 0

    @property
    def distance(self) -> int:
        """Return how many inputs are read after the chosen one."""
        return self.chosen.length - 1 - self.at

    @property
    def share(self) -> float:
        """Return the chosen input's influence over the last one's: the median of the seeds."""
        return float(np.median([found.share(self.at) for found in self.now]))


def controls() -> View:
    """Draw the controls: how many inputs, which cell, its forget bias, and the chosen input."""
    grid = results.recorded()
    with control_row():
        lengths = {str(n): str(n) for n in LENGTHS}
        length = int(chips(_("Inputs"), lengths, key="T", default="40", show=_("Inputs, T")))
        cell = chips(_("Cell"), CELLS, key="cell", default="lstm", show=_("Cell"))
        bias = 0.0
        if cell == "lstm":
            bias = float(slider(_("Forget bias, b"), BIASES, "bias", 150, value=0))
        at = slider(_("Open input"), tuple(range(1, max(LENGTHS) + 1)), "at", 150, value=1)
    reader = next(r for r in READERS if r.cell == cell)
    chosen = replace(reader, forget_bias=bias, length=length)
    now = results.untrained(chosen, grid.training.seeds)
    return View(grid, chosen, now, min(at, length) - 1)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer and the texts name, all at the chosen length."""
    grid, length = view.grid, view.chosen.length
    found = {figures.name(r): grid.of(r, length) for r in READERS}
    shares = {name: _first_over_last(runs) for name, runs in found.items()}
    steps = {name: float(np.median([_step(run.before) for run in found[name]])) for name in shares}
    learned = [f"{_(name)}: {sum(run.solved for run in runs)}" for name, runs in found.items()]
    return {
        "T": str(length),
        "rnn": _share(shares["RNN"], 1),
        "lstm": _share(shares["LSTM, b = 0"], 1),
        "gru": _share(shares["GRU"], 1),
        "lstm4": digits(shares["LSTM, b = 4"], 2),
        "attention": digits(shares["attention"], 2),
        "rnn_step": digits(steps["RNN"], 2),
        "lstm_step": digits(steps["LSTM, b = 0"], 2),
        "learned": ", ".join(learned),
        "steps": f"{grid.training.most_steps(length):,}",
        "seeds": str(grid.training.seeds),
        "seconds": digits(grid.cpu_seconds / 60, 2),
        "rate": digits(grid.training.lr, 2),
        "batch": str(grid.training.batch_size),
    }


def _first_over_last(runs: tuple[MemoryRun, ...]) -> float:
    return float(np.median([run.before[0] / run.before[-1] for run in runs]))


def _step(norms: np.ndarray) -> float:
    """Return what a step keeps on average, from the first input whose influence is not 0."""
    at = int(np.argmax(norms > TINY))
    return float((norms[at] / norms[-1]) ** (1 / max(len(norms) - 1 - at, 1)))


def _share(share: float, n: int) -> str:
    """Return a share of an influence; float32 holds nothing below TINY."""
    return digits(share, n) if share > TINY else _("less than 1e−38")


def _solved(runs: tuple[MemoryRun, ...]) -> str:
    return _("{n} of {of}").format(n=sum(run.solved for run in runs), of=len(runs))


def draw_influence(view: View) -> None:
    """Draw the influence of every input before and after training; a click opens an input."""
    with st.container(border=True, height="stretch"):
        now = [found.norms for found in view.now]
        of = (view.grid, view.chosen, now, view.at)
        fig = kept(figures.over_position, *of, **figure_look())
        show(fig, "influence", wide=True, on_click=_open)
        if not view.grid.of(view.chosen, view.chosen.length):
            st.caption(
                _(
                    "{name} is measured now, before training. It was not "
                    "trained for this page: the recorded forget biases are 0, 1 and 4."
                ).format(name=_(figures.name(view.chosen)))
            )


def _open(point: Point) -> None:
    """Open the input that was clicked."""
    st.session_state["at"] = int(point["x"])


def draw_learned(view: View) -> None:
    """Draw after how many steps every seed of every reader had learned the task."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _("Who learns to say the first of {length} inputs? A mark is a seed.").format(
                length=view.chosen.length
            )
        )
        fig = kept(figures.steps_to_solve, view.grid, view.chosen, **figure_look())
        show(fig, "learned")


def draw_arithmetic(view: View) -> None:
    """Draw what one step multiplies by, and what is left after all steps."""
    follow = ngettext("{d} input follows", "{d} inputs follow", view.distance)
    ledger(
        [*_expected(view), *_measured(view)],
        key="arithmetic",
        title=_("Input {at} of {length}, before training").format(
            at=view.at + 1, length=view.chosen.length
        ),
        note=f"{_(figures.name(view.chosen))} · {follow.format(d=view.distance)}",
        badge=lesson.badge(replace(view.now[0].provenance, seed=None)),
        terms=words.glossary(),
    )


def _expected(view: View) -> list[Line]:
    cell, d = view.chosen.cell, view.distance
    factor = float(np.median([found.factor for found in view.now]))
    if cell == "attention":
        return [Line(label=_(FACTORS[cell]), value="0", note=_("it reads every input directly"))]
    symbol = "|λ|" if cell == "rnn" else "σ(b)" if cell == "lstm" else "σ(0)"
    lines = [
        Line(label=_(FACTORS[cell]), value=digits(factor, 4)),
        Line(
            label=_("{symbol} to the power of {d}").format(symbol=symbol, d=d),
            value=_power(factor, d),
        ),
    ]
    if cell == "lstm":
        gates = [float(np.prod(f.kept[view.at + 1 :], dtype=np.float64)) for f in view.now]
        mean = float(np.median([f.kept[view.at + 1 :].mean() for f in view.now])) if d else 1.0
        said = _("mean {mean} a step").format(mean=digits(mean, 3)) if d else _("no step follows")
        lines.append(
            Line(
                label=_("the measured gates, multiplied"),
                note=said,
                value=digits(float(np.median(gates)), 3),
            )
        )
    return lines


def _power(factor: float, d: int) -> str:
    return f"{digits(factor, 3)}^{d} = {digits(factor**d, 3)}"


def _measured(view: View) -> list[Line]:
    lines = [
        Line(
            label=_("measured: this input ÷ the last input"),
            value=_share(view.share, 3),
            role="chosen",
            rule=True,
            term="influence of an input",
        )
    ]
    if view.distance and view.chosen.cell != "attention" and view.share > TINY:
        one = view.share ** (1 / view.distance)
        lines.append(Line(label=_("that is, for each step"), value=digits(one, 3)))
    low, high = (digits(f(found.share(view.at) for found in view.now), 2) for f in (min, max))
    return [
        *lines,
        Line(
            label=_("{count} seeds").format(count=len(view.now)),
            value=_("{low} to {high}").format(low=low, high=high),
        ),
    ]


def draw_table(view: View) -> None:
    """Draw for every reader and length how many seeds learned the task, and in how many steps."""
    sheet(
        [f"T = {n}" for n in LENGTHS],
        [(_(figures.name(r)), [_cell(view.grid, r, n) for n in LENGTHS]) for r in READERS],
        key="steps",
        title=_("Seeds that learned it, and in how many steps"),
        note=_("Where no seed did: the mean share of right answers. Guessing is right in 12.5 %."),
        badge=lesson.badge(view.grid.provenance),
    )


def _cell(grid: MemoryGrid, reader: ReaderSpec, length: int) -> Cell:
    runs = grid.of(reader, length)
    steps = sorted(run.steps for run in runs if run.solved)
    right = percent(float(np.mean([run.accuracy for run in runs])))
    if not steps:
        return _solved(runs), _("{share} right").format(share=right)
    if steps[0] == steps[-1]:
        return _solved(runs), _("{n} steps").format(n=steps[0])
    return _solved(runs), _("{low} to {high} steps").format(low=steps[0], high=steps[-1])


def code(view: View) -> str:
    """Return a script that prints the influence of every input on the chosen reader's answer."""
    chosen = view.chosen
    return take_away.filled(
        "sequence/memory",
        cell=repr(chosen.cell),
        bias=chosen.forget_bias,
        length=chosen.length,
        seeds=len(view.now),
        sequences=view.now[0].sequences,
    )


def table(view: View) -> str:
    """Return all recorded readers as CSV, one input of one of them a row."""
    return remembered("memory_table", lambda: _table(view.grid), len)


def _table(grid: MemoryGrid) -> str:
    head = ("cell", "forget bias", "T", "seed", "solved", "steps", "accuracy", "input")
    rows = (
        [
            *(r.spec.cell, r.spec.forget_bias, r.spec.length, r.spec.seed, int(r.solved), r.steps),
            *(r.accuracy, i + 1, float(before), float(after)),
        ]
        for r in grid.runs
        for i, (before, after) in enumerate(zip(r.before, r.after, strict=True))
    )
    return take_away.csv_text((*head, "before", "after"), rows)
