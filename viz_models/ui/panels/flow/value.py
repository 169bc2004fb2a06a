"""One value, exactly: where it stands, what it was computed from, and torch's own beside it."""

from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.digits import digits, signed
from viz_models.figures import pixels
from viz_models.language import gettext as _
from viz_models.records import Calculation, Cell, Line, Step, Window
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.tiles import Box, Tiles, fit, tiles
from viz_models.ui.kit import state, words
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.flow.stage import View, photo_stride
from viz_models.ui.results.flow import tensor_flow as results

PICTURE = 98  # px, the map and the photo below it
WINDOW = 66  # px, patch and kernel
_SMALL = 4 * 56 * 56  # bytes; more cells than pixels would show nothing more


def value(view: View, step: Step, cell: Cell) -> DeltaGenerator:
    """Return the map that holds the value and the sum behind it; returns where `sees` belongs."""
    sums = results.calculation(view.trace, view.chosen.prepared, step.name, cell)
    where, how = st.columns([1, 2.2], gap="xsmall")
    with where:
        if len(step.output_shape) == 3:
            _map(view, step, cell)
        photo = st.container()
    with how:
        ledger(
            _lines(view, step, sums),
            key="sum",
            title=_("One value, exactly"),
            note=_place(cell, step),
            badge=_("measured now · {device} · seed {seed}").format(
                device=view.trace.provenance.device, seed=view.spec.model.seed
            ),
            terms=words.glossary(),
        )
        pictures = [] if _is_off(view, step, cell) else _how(view, step, sums)
        if pictures:
            tiles(pictures, key="how", luts=luts(is_dark()))
    return photo


def _map(view: View, step: Step, cell: Cell) -> None:
    """Draw the chosen map, large, on a scale of its own."""
    output = view.trace.value(step.name)
    chosen = output[cell[0]]
    kind = pixels.scheme(output)
    group = Tiles(
        name=_("map"),
        values=chosen[None],
        indices=(cell[0],),
        scheme=kind,
        limits=pixels.limits(chosen, kind),
        size=PICTURE,
        note=_("map {cell}, own scale").format(cell=cell[0]),
        pick="cell",
    )
    tiles(
        [group],
        key="value",
        luts=luts(is_dark()),
        start=cell,
        default=view.default_cell,
        on_change=state.listen("value", "cell", "cell"),
    )


def sees(view: View, step: Step, cell: Cell) -> None:
    """Draw what the value can see of the photo, and what it really reacts to."""
    footprint = results.footprint(view.trace, step.name, cell)
    top, left, bottom, right = footprint.box
    stride = photo_stride(view)
    photo = Tiles(
        name=_("photo"),
        values=view.chosen.prepared.cropped[::stride, ::stride],
        stride=stride,
        scheme="photo",
        size=PICTURE,
        note=seen(step, footprint.box, footprint.gradient.shape),
        overlay=pixels.halved(footprint.gradient) if stride == 2 else footprint.gradient,
        exact=False,
        boxes=(Box(top, left, bottom, right, role="chosen"),),
    )
    tiles([photo], key="sees", luts=luts(is_dark()))


def seen(step: Step, box: tuple[int, int, int, int], photo: tuple[int, ...]) -> str:
    """Return how much of the photo a value sees; what lies outside it is padding.

    "At most" is said where only a bound is known: behind attention, and of maps without a rule.
    """
    field = step.receptive_field
    known = len(step.output_shape) == 1 if field is None else not field.at_most
    sees = _("sees") if known else _("sees at most")
    top, left, bottom, right = box
    height = min(bottom, photo[0]) - max(top, 0)
    width = min(right, photo[1]) - max(left, 0)
    return (
        _("{sees} all of it").format(sees=sees)
        if (height, width) == photo
        else _("{sees} {height}×{width} px").format(sees=sees, height=height, width=width)
    )


def _how(view: View, step: Step, sums: Calculation) -> list[Tiles]:
    """Return the pictures of the sum: patch and kernel, the sides of an add, before and after."""
    if sums.windows and sums.windows[0].patch.size > 1:
        return _window(sums.windows[0])
    merges = step.op == "add" and results.is_merge(step, view.trace.steps)
    plain = len(step.output_shape) == 3 and not step.channels_last
    if plain and (merges or step.op in ("batch_norm", "relu")):
        return _maps(view, step, sums.cell[0])
    return []


def _window(window: Window) -> list[Tiles]:
    """Return the input channel that counts most.

    Its patch, and the kernel it is multiplied with.
    """
    patch = _small(_("patch"), window.patch, _("channel {channel}").format(channel=window.channel))
    patch = replace(patch, hatched=~window.inside)
    if window.kernel is None:
        return [patch]
    kernel = _small(_("kernel"), window.kernel, _("kernel"))
    product = _small(_("product"), window.patch * window.kernel, f"Σ {signed(window.total)}")
    return [replace(patch, after="×"), replace(kernel, after="="), product]


def _maps(view: View, step: Step, channel: int) -> list[Tiles]:
    """Return the same channel on every side of an operation that works value by value.

    All on one scale, so that what is added can be added by eye.
    """
    names, notes, between = [*step.inputs, step.name], [_("before"), _("after")], ["→", ""]
    if step.op == "add":
        merge = results.merge(view.trace, step.name)
        names, between = [merge.branch, merge.stream, step.name], ["+", "=", ""]
        notes = ["F(x)", results.stream_name(step, view.trace.steps), _("sum")]
    maps = [view.trace.value(name)[channel] for name in names]
    everything = np.stack(maps)
    scale = (pixels.scheme(everything), pixels.limits(everything))
    return [
        replace(_small(name, m, note, scale), after=operator)
        for name, m, note, operator in zip(names, maps, notes, between, strict=True)
    ]


def _small(
    name: str,
    values: np.ndarray,
    note: str,
    scale: tuple[pixels.Scheme, tuple[float, float]] | None = None,
) -> Tiles:
    finite = np.where(np.isfinite(values), values, 0).astype(np.float32)  # a pool pads with −∞
    shown, stride = fit(finite[None], _SMALL)
    scheme, limits = scale or (pixels.scheme(finite), pixels.limits(finite))
    return Tiles(
        name=name,
        values=shown,
        stride=stride,
        scheme=scheme,
        limits=limits,
        size=WINDOW,
        note=note,
    )


def _lines(view: View, step: Step, sums: Calculation) -> list[Line]:
    """Operands in the order in which they are used, the total, and torch's own."""
    many = sums.op in ("conv2d", "linear")  # a long sum: its terms need no words each
    if _is_off(view, step, sums.cell):
        return [
            Line(label=_("switched off: its value is replaced by 0"), value="0", role="warning")
        ]
    lines = [
        Line(
            label=n.symbol,
            note="" if many else n.meaning,
            value=signed(n.value) if many else digits(n.value),
            role="number",
        )
        for n in sums.numbers
    ]
    if sums.formula and not many:
        lines.append(Line(label=sums.formula, role="muted"))
    lines.append(Line(label=_("total"), value=digits(sums.total, 6), role="chosen", rule=True))
    lines.append(_torchs(sums))
    merges = step.op == "add" and results.is_merge(step, view.trace.steps)
    return lines + (_merge(view, step) if merges else [])


def _is_off(view: View, step: Step, cell: Cell) -> bool:
    """Return whether a value is 0 because its branch or its map is switched off."""
    return step.name in results.off_steps(view.spec) or (step.name, cell[0]) in view.spec.off.maps


def _torchs(sums: Calculation) -> Line:
    if sums.formula:
        return beside_torch(sums.torch_value, sums.difference, agrees=sums.agrees)
    theirs = digits(sums.torch_value, 6)
    return Line(label=_("torch's value; its arithmetic is not written here"), value=theirs)


def _merge(view: View, step: Step) -> list[Line]:
    merge = results.merge(view.trace, step.name)
    stream = results.stream_name(step, view.trace.steps)
    return [
        Line(label=f"‖F(x)‖ ÷ ‖{stream}‖", value=digits(merge.ratio, 3), note=_("over all values")),
        Line(label=_("cosine of the two"), value=digits(merge.cosine, 2), term="cosine"),
    ]


def _place(cell: Cell, step: Step) -> str:
    if len(cell) == 1:
        return _("number {cell}").format(cell=cell[0])
    if len(cell) == 2:
        return _("position {cell}, feature {cell_2}").format(cell=cell[0], cell_2=cell[1])
    if len(cell) > 3:
        return _("at {cell}").format(cell=", ".join(map(str, cell)))
    if step.channels_last:
        return _("row {cell}, column {cell_2}, channel {cell_3}").format(
            cell=cell[0], cell_2=cell[1], cell_3=cell[2]
        )
    return _("map {cell}, row {cell_2}, column {cell_3}").format(
        cell=cell[0], cell_2=cell[1], cell_3=cell[2]
    )
