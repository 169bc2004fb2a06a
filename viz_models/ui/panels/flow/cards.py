"""The three cards under the diagram: all maps, one value exactly, and facts of the step."""

import numpy as np
import streamlit as st

from viz_models.analysis.flow import cells
from viz_models.digits import count, digits, memory, percent, shape
from viz_models.figures import pixels
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Cell, Line, Step
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import BUDGET, Tiles, fit, tiles
from viz_models.ui.kit import state, words
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow import guess as flow_guess
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.panels.flow.value import sees, value
from viz_models.ui.panels.flow.words import window
from viz_models.ui.results.flow import tensor_flow as results

CARD = 272  # px at normal type size, so that diagram and cards share one screen


def cards(view: View) -> None:
    """Draw maps, one value and facts."""
    step, cell = view.step, view.cell
    if view.guessing and not flow_guess.guessed(step):
        flow_guess.ask(step)
        return
    left, middle, right = st.columns([4, 5, 3.6], gap="xsmall")
    with left.container(border=True, height="stretch"):
        maps(view, step, cell)
    with middle.container(border=True, height="stretch"):
        where = value(view, step, cell)
    with right.container(border=True, height="stretch"):
        facts(view, step)
    if line := results.left_out(view.spec.model):
        st.caption(line)
    with where:
        sees(view, step, cell)  # last, because a backward pass may take 100 ms


def maps(view: View, step: Step, cell: Cell) -> None:
    """Every channel of the step as a tile; a click chooses a value."""
    group = results.of_trace(
        view.trace,
        ("maps", step.name, view.order),
        lambda: _all_maps(step, view.trace.value(step.name), view.order),
        lambda g: g.values.nbytes,
    )
    token = (view.spec, step.name, view.order)
    tiles(
        [group],
        key="maps",
        luts=luts(is_dark()),
        start=_start(state.held("cell", token, cells.text(cell)), step),
        default=cells.on_maps(view.default_cell, step.output_shape),
        height=CARD,
        on_change=state.listen("maps", "cell", "cell"),
        contrast=True,
    )


def _start(text: str, step: Step) -> Cell | None:
    cell = cells.parse(text, step.output_shape)
    return cell and cells.on_maps(cell, step.output_shape)


def _all_maps(step: Step, output: np.ndarray, order: str) -> Tiles:
    all_maps = pixels.as_maps(output)
    indices = np.arange(len(all_maps) if output.ndim > 1 else len(output))
    if order == "mean" and output.ndim == 3:
        indices = pixels.by_mean(output)
        all_maps = all_maps[indices]
    shown, stride = fit(all_maps)
    return Tiles(
        name=_("maps"),
        values=shown,
        exact=shown.nbytes <= BUDGET // 2,  # a click on a cell says all digits
        title=_("{name} · {what}").format(name=step.name, what=_what(step)),
        note=_thinned(stride),
        scheme=pixels.scheme(output),
        limits=pixels.limits(output),
        indices=tuple(int(i) for i in indices),
        stride=stride,
        pick="cell",
        bar=True,
    )


def _thinned(stride: int) -> str:
    """Return which rows and columns are shown."""
    if stride == 1:
        return ""
    if stride == 2:
        return _("every 2nd row and column")
    if stride == 3:
        return _("every 3rd row and column")
    return _("every {n}th row and column").format(n=stride)


def _what(step: Step) -> str:
    sizes = step.output_shape
    if len(sizes) == 1:
        return ngettext("{n} number", "{n} numbers", sizes[0]).format(n=sizes[0])
    if len(sizes) == 2:
        return _("{sizes} positions of {sizes_2} features").format(sizes=sizes[0], sizes_2=sizes[1])
    if step.channels_last:
        return _("{sizes} rows of {sizes_2} positions with {sizes_3} channels").format(
            sizes=sizes[0], sizes_2=sizes[1], sizes_3=sizes[2]
        )
    maps = sizes[0] if len(sizes) == 3 else " × ".join(str(n) for n in sizes[:-2])
    return _("{maps} maps of {sizes}").format(maps=maps, sizes=shape(sizes[-2:]))


def facts(view: View, step: Step) -> None:
    """Shape, statistics and cost of the step."""
    mark = flow_guess.mark(step) if view.guessing else []
    ledger(
        [*mark, *_shape(view, step), *_statistics(view, step), *_cost(view, step)],
        key="facts",
        title=_("This step"),
        note=step.op,
        terms=words.glossary(),
        height=CARD,
    )


def _shape(view: View, step: Step) -> list[Line]:
    lines = [Line(label=_("window"), value=w, term="window")] if (w := window(step)) else []
    if step.op != "input":
        lines.append(Line(label=_("size"), value=results.size_formula(step), role="number"))
    field = step.receptive_field
    bound = _("at most ") if field and field.at_most else ""
    seen = f"{bound}{shape(field.size)} px" if field else _unknown_field(step)
    if field and min(field.size) > view.spec.model.side:
        seen = _("the whole photo ({size} px in theory)").format(size=shape(field.size))
    return [*lines, Line(label=_("receptive field"), value=seen, term="receptive field")]


def _unknown_field(step: Step) -> str:
    """Return a vector sees everything; of a map, no rule says that it does."""
    return _("the whole photo") if len(step.output_shape) == 1 else _("up to the whole photo")


def _statistics(view: View, step: Step) -> list[Line]:
    stats = view.trace.stats[view.trace.index(step.name)]
    return [
        Line(
            label=_("mean · std"), value=f"{digits(stats.mean)} · {digits(stats.std)}", term="std"
        ),
        Line(label=_("min · max"), value=f"{digits(stats.min)} · {digits(stats.max)}"),
        Line(label=_("zeros"), value=percent(stats.zeros), term="zeros"),
    ]


def _cost(view: View, step: Step) -> list[Line]:
    amounts = results.milliseconds(view.spec, view.chosen.prepared)
    here = float(amounts[view.trace.index(step.name)])
    rows = (
        (N_("parameters"), count(step.parameters), step.parameters, _total(view, "parameters")),
        (N_("multiply-adds"), count(step.macs), step.macs, _total(view, "macs")),
        (N_("activation memory"), memory(step.bytes), step.bytes, _total(view, "bytes")),
        (N_("time here"), f"{here:.2f} ms", here, float(amounts.sum())),
    )
    return [
        Line(label=label, note=percent(part / whole), value=value, term=label, rule=i == 0)
        for i, (label, value, part, whole) in enumerate(rows)
    ]


def _total(view: View, what: str) -> float:
    return float(sum(getattr(s, what) for s in view.trace.steps))
