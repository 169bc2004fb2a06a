"""The three cards under the diagram: all maps, one value exactly, and facts of the step."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from viz_models.analysis import cells
from viz_models.digits import count, digits, memory, percent, shape
from viz_models.figures import flow as figures
from viz_models.figures import pixels
from viz_models.records import Cell, Line, Step
from viz_models.ui import results, state, words
from viz_models.ui.controls import chips
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, fit, tiles
from viz_models.ui.panels.flow_stage import View, is_dark, luts
from viz_models.ui.panels.flow_value import value_card

CARD = 318  # px, so that three cards and the diagram share one screen


def cards(view: View) -> None:
    """Maps, one value, facts."""
    step, cell = view.step(), view.cell()
    left, middle, right = st.columns([4.3, 4.7, 3.4], gap="small")
    with left.container(border=True, height=CARD):
        maps(view, step, cell)
    with middle.container(border=True, height=CARD):
        value_card(view, step, cell)
    with right.container(border=True, height=CARD):
        facts(view, step)


def maps(view: View, step: Step, cell: Cell) -> None:
    """Every channel of the step as a tile; a click on a tile chooses its value."""
    order = chips(
        "Order of the maps",
        {"channel": "by channel", "mean": "by mean"},
        key="sort",
        default="channel",
    )
    group = results.of_trace(
        view.trace,
        ("maps", step.name, order),
        lambda: _all_maps(step, view.trace.value(step.name), order),
        lambda g: g.values.nbytes,
    )
    tiles(
        [group],
        key="maps",
        luts=luts(is_dark()),
        start=cells.parse(
            state.held("cell", (view.spec, step.name, order), cells.text(cell)), step.output_shape
        ),
        default=view.default_cell(),
        height=CARD - 76,
        on_change=state.listen("maps", "cell", "cell"),
        contrast=True,
    )


def _all_maps(step: Step, value: np.ndarray, order: str) -> Tiles:
    all_maps = pixels.as_maps(value)
    indices = (
        pixels.by_mean(value) if order == "mean" and value.ndim == 3 else np.arange(value.shape[0])
    )
    shown, stride = fit(all_maps[indices] if value.ndim == 3 else all_maps)
    note = f"every {stride}. row and column" if stride > 1 else ""
    return Tiles(
        name="maps",
        values=shown,
        title=f"{step.name} · {_what(step)}",
        note=note,
        scheme=pixels.scheme(value),
        limits=pixels.limits(value),
        indices=tuple(int(i) for i in indices),
        stride=stride,
        pick="cell",
        bar=True,
    )


def _what(step: Step) -> str:
    sizes = step.output_shape
    if len(sizes) == 1:
        return f"{sizes[0]} numbers"
    return f"{sizes[0]} maps of {shape(sizes[1:])}"


def facts(view: View, step: Step) -> None:
    """Shape, statistics or cost of the step, one at a time."""
    shown = chips(
        "Facts",
        {"shape": "Shape", "statistics": "Statistics", "cost": "Cost"},
        key="show",
        default="shape",
    )
    {"shape": _shape, "statistics": _statistics, "cost": _cost}[shown](view, step)


def _shape(view: View, step: Step) -> None:
    lines = [Line(label="in", value=shape(s)) for s in step.input_shapes]
    lines += [
        Line(label=name.replace("_", " "), value=shape(pair), term=name)
        for name in ("kernel_size", "stride", "padding", "dilation")
        if (pair := getattr(step, name)) and not (name == "dilation" and pair == (1, 1))
    ]
    lines += (
        [Line(label="groups", value=str(step.groups), term="groups")] if step.groups > 1 else []
    )
    lines += [Line(label="out", value=shape(step.output_shape), role="chosen", rule=True)]
    lines += [Line(label=results.size_formula(step), role="number")] if step.op != "input" else []
    if step.op == "add":
        lines += [Line(label=results.why_addable(step, view.trace.steps), role="muted")]
    lines += [_field(step)]
    ledger(lines, key="shape", title="Shape", note=step.name, terms=words.glossary())


def _field(step: Step) -> Line:
    field = step.receptive_field
    seen = f"{shape(field.size)} px" if field else "the whole photo"
    return Line(label="receptive field", value=seen, term="receptive field")


def _statistics(view: View, step: Step) -> None:
    stats = view.trace.stats[view.trace.index(step.name)]
    lines = [
        Line(label="mean · std", value=f"{digits(stats.mean)} · {digits(stats.std)}", term="std"),
        Line(label="min · max", value=f"{digits(stats.min)} · {digits(stats.max)}"),
        Line(label="zeros", value=percent(stats.zeros), term="zeros"),
    ]
    ledger(lines, key="statistics", title="Statistics", note=step.name, terms=words.glossary())
    counts = results.of_trace(
        view.trace,
        ("histogram", step.name),
        lambda: np.histogram(view.trace.value(step.name), bins=48),
        lambda h: h[0].nbytes + h[1].nbytes,
    )
    st.plotly_chart(
        figures.histogram(*counts, dark=is_dark()),
        key="histogram",
        config=figures.CONFIG,
        theme=None,
    )


def _cost(view: View, step: Step) -> None:
    amounts = results.milliseconds(view.spec, view.chosen.prepared)
    here = float(amounts[view.trace.index(step.name)])
    rows: Sequence[tuple[str, str, float, float]] = (
        ("parameters", count(step.parameters), step.parameters, _total(view, "parameters")),
        ("multiply-adds", count(step.macs), step.macs, _total(view, "macs")),
        ("activation memory", memory(step.bytes), step.bytes, _total(view, "bytes")),
        ("time here", f"{here:.2f} ms", here, float(amounts.sum())),
    )
    lines = [
        Line(label=label, value=value, note=percent(part / whole) if whole else "", term=label)
        for label, value, part, whole in rows
    ]
    ledger(
        lines,
        key="cost",
        title="Cost of this step",
        note="share of the whole",
        badge="measured now · cpu, one thread",
        terms=words.glossary(),
    )


def _total(view: View, what: str) -> float:
    return float(sum(getattr(s, what) for s in view.trace.steps))
