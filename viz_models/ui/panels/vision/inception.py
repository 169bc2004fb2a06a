"""The lesson on Inception: a digit in one module, four branches, and every value of them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent, signed
from viz_models.figures import pixels
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Calculation, Line
from viz_models.records.vision.inception import (
    BRANCHES,
    EXAMPLES,
    GOOGLENET,
    MODULES,
    InceptionSpec,
    Opened,
    OpenedValue,
)
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, state, take_away, words
from viz_models.ui.kit.controls import control_row, slider
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.results.vision import inception as results

SAID = {"1x1": "1×1", "3x3": "3×3", "5x5": "5×5", "pool": N_("pool, 1×1")}
PHOTO, PATCH = 78, 74  # px on screen: the digit, and a patch with its kernel
READ_WIDTH, READ_HEIGHT, READ_MAP = 557, 130, 32  # px for what is read; a map's largest size
MADE_WIDTH, MADE_HEIGHT, MADE_MAP = 152, 250, 38  # px for a branch
GAP = 3  # px between maps


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and the digit in the chosen module."""

    found: Opened
    cell: tuple[int, int, int]  # channel of all branches side by side, row, column
    value: OpenedValue


def controls() -> View:
    """Draw the controls; return what was computed for them."""
    base = InceptionSpec()
    with control_row():
        label = slider(_("Digit"), range(10), "digit", 130, value=base.label)
        example = slider(_("Example"), range(EXAMPLES), "example", 100, value=base.example)
        module = slider(_("Module"), MODULES, "module", 170, value=base.module)
    spec = InceptionSpec(label=label, example=example, module=module)
    found = results.opened(spec)
    cell = _cell(found)
    return View(found, cell, results.value(spec, cell))


def _cell(found: Opened) -> tuple[int, int, int]:
    """Return the value that the link names, or the largest one of the 3x3 branch."""
    height, width = found.before.shape[1:]
    sizes = (found.widths.outputs, height, width)

    def fits(text: str) -> bool:
        parts = text.split(",")
        good = len(parts) == 3 and all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts)
        return good and all(int(p) < n for p, n in zip(parts, sizes, strict=True))

    text = state.choice("cell", "", fits)
    if text:
        channel, row, column = map(int, text.split(","))
        return channel, row, column
    return _largest(found)


def _largest(found: Opened) -> tuple[int, int, int]:
    three = found.branches[1]
    channel, row, column = np.unravel_index(int(three.argmax()), three.shape)
    return int(channel) + found.widths.one, int(row), int(column)


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name of the module above."""
    w = view.found.widths
    accuracy, tests = results.shipped()
    return {
        "accuracy": percent(accuracy),
        "tested_on": tests,
        "module": view.found.spec.module,
        "inputs": str(w.inputs),
        "outputs": str(w.outputs),
        "widths": " + ".join(map(str, w.branches)),
        "right": percent(view.found.right),
    }


def draw_maps(view: View) -> None:
    """Draw what the module reads, and what each branch makes of it."""
    found = view.found
    with st.container(border=True, height="stretch"):
        tiles(_read(found), key="read", luts=luts(is_dark()), param="none")
        tiles(
            _made(found),
            key="branches",
            luts=luts(is_dark()),
            start=view.cell,
            default=_largest(found),
            on_change=state.listen("branches", "cell", "cell"),
            contrast=True,
        )


def _read(found: Opened) -> list[Tiles]:
    ink = found.image - found.image.min()
    digit = Tiles(
        name=_("digit"),
        values=ink[None],
        limits=pixels.limits(ink, "sequential"),
        size=PHOTO,
        title=_("test digit {label}").format(label=found.spec.label),
        after="→",
    )
    columns, size = _fitting(len(found.before), READ_WIDTH, READ_HEIGHT, READ_MAP)
    side = found.before.shape[1]
    maps = Tiles(
        name=_("input"),
        values=found.before,
        title=_("module {module} reads {inputs} maps of {side}×{side}").format(
            module=found.spec.module, inputs=found.widths.inputs, side=side
        ),
        columns=columns,
        size=size,
        limits=pixels.limits(found.before, "sequential"),
    )
    return [digit, maps]


def _made(found: Opened) -> list[Tiles]:
    """Return one group of maps for each branch; channels are numbered through, side by side."""
    groups, first = [], 0
    top = max(float(b.max()) for b in found.branches) or 1.0
    columns, size = _fitting(max(found.widths.branches), MADE_WIDTH, MADE_HEIGHT, MADE_MAP)
    for branch, values in zip(BRANCHES, found.branches, strict=True):
        groups.append(
            Tiles(
                name=branch,
                values=values,
                indices=tuple(range(first, first + len(values))),
                title=f"{_(SAID[branch])}: {len(values)}",
                columns=columns,
                size=size,
                limits=(0.0, top),
                pick="cell",
            )
        )
        first += len(values)
    return groups


def _fitting(count: int, width: int, height: int, most: int) -> tuple[int, int]:
    """Return how many maps stand in a row and how large each is, in px, so that all fit."""
    for size in range(most, 1, -1):
        columns = max(1, (width + GAP) // (size + GAP))
        if -(-count // columns) * (size + GAP) <= height:
            return min(columns, count), size
    return count, 1


def draw_value(view: View) -> None:
    """Draw how the chosen value came about: patch, kernel, norm and ReLU, beside torch's."""
    opened = view.value
    channel, row, column = view.cell
    with st.container(border=True, height="stretch"):
        ledger(
            _lines(opened),
            key="value",
            title=_("Map {channel}, row {row}, column {column}").format(
                channel=channel, row=row, column=column
            ),
            note=_("branch {said}, its channel {channel}").format(
                said=_(SAID[opened.branch]), channel=opened.channel
            ),
            badge=lesson.badge(view.found.provenance),
            terms=words.glossary(),
        )
        pictures = _window(opened.convolution)
        if pictures:
            tiles(pictures, key="window", luts=luts(is_dark()), param="none")


def _lines(opened: OpenedValue) -> list[Line]:
    sums = opened.convolution
    read = {"3x3": _("reduced map"), "5x5": _("reduced map"), "pool": _("pooled map")}
    name = read.get(opened.branch, _("map"))
    lines = [
        Line(
            label=_("{name} {channel}: Σ patch · kernel").format(name=name, channel=w.channel),
            value=signed(w.total),
            role="number",
        )
        for w in sums.windows
    ]
    if sums.rest_count:
        label = ngettext("one more map", "{count} more maps", sums.rest_count).format(
            count=sums.rest_count
        )
        lines.append(Line(label=label, value=signed(sums.rest_total), role="number"))
    return [
        *lines,
        Line(label=_("convolution"), value=digits(sums.total, 6), rule=True),
        _torch(sums),
        Line(label=opened.norm.formula, role="muted"),
        Line(label="BatchNorm", value=digits(opened.norm.total, 6)),
        _torch(opened.norm),
        Line(label="ReLU", value=digits(opened.relu.total, 6), role="chosen", rule=True),
        _torch(opened.relu),
    ]


def _torch(sums: Calculation) -> Line:
    return beside_torch(sums.torch_value, sums.difference, agrees=sums.agrees)


def _window(sums: Calculation) -> list[Tiles]:
    """Return the window that adds most, the kernel, and their products."""
    window = sums.windows[0] if sums.windows else None
    if window is None or window.kernel is None or window.patch.size == 1:
        return []
    parts = (
        (_("patch"), window.patch, _("from map {channel}").format(channel=window.channel), "×"),
        (_("kernel"), window.kernel, _("kernel"), "="),
        (_("products"), window.patch * window.kernel, f"Σ {signed(window.total)}", ""),
    )
    return [
        Tiles(
            name=name,
            values=values.astype(np.float32)[None],
            scheme=pixels.scheme(values),
            limits=pixels.limits(values),
            size=PATCH,
            note=note,
            after=operator,
            hatched=~window.inside if values is window.patch else None,
        )
        for name, values, note, operator in parts
    ]


def code(view: View) -> str:
    """Return a script that runs the module of GoogLeNet that was chosen, branch by branch."""
    widths, side = GOOGLENET[view.found.spec.module]
    return take_away.filled(
        "vision/inception",
        module=view.found.spec.module,
        side=side,
        inputs=widths.inputs,
        one=widths.one,
        reduce3=widths.reduce3,
        three=widths.three,
        reduce5=widths.reduce5,
        five=widths.five,
        pool=widths.pool,
    )
