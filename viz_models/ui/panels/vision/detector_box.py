"""The box that the reader moves: its pooled numbers, class, refined box and mask."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.vision import detector as figures
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.detector import PooledCell
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import lesson, state, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.vision.detector import View
from viz_models.ui.panels.vision.detector_scene import listen
from viz_models.ui.panels.vision.detector_stage import inked_photo
from viz_models.ui.results.vision import detector as results

CHANNELS, CELLS = 32, 7
SIDE = 16  # of the feature map
STRIDE = 4
AGREES = 1e-5


def draw_box(view: View, text: Mapping[str, str]) -> None:
    """Draw what becomes of the box: pooled numbers, class, refined box and mask."""
    left, middle, right = st.columns([1.5, 1.1, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        _draw_pooled(view)
        st.caption(text["Pooled"])
    with middle.container(border=True, height="stretch"):
        st.caption(_("**Class of your box**: softmax of the box head"))
        show(kept(figures.class_scores, view.roi, **figure_look()), "class")
    with right.container(border=True, height="stretch"):
        _draw_refined(view)


def cell_of(view: View) -> tuple[int, int, int]:
    """Return the pooled number that the link names, or the largest one."""

    def fits(text: str) -> bool:
        parts = text.split(",")
        good = len(parts) == 3 and all(p.isascii() and p.isdigit() for p in parts)
        limits = (CHANNELS, CELLS, CELLS)
        return good and all(int(p) < n for p, n in zip(parts, limits, strict=True))

    text = state.choice("cell", "", fits)
    if text:
        channel, row, column = map(int, text.split(","))
        return channel, row, column
    most = np.unravel_index(view.roi.pooled.argmax(), view.roi.pooled.shape)
    return int(most[0]), int(most[1]), int(most[2])


def _draw_pooled(view: View) -> None:
    group = Tiles(
        name=_("pooled"),
        values=view.roi.pooled,
        title=_("{pool}: your box as 32×7×7 = 1,568 numbers").format(pool=view.roi.spec.pool),
        columns=11,
        pick="cell",
        axes=(_("row"), _("column")),
        bar=True,
    )
    tiles(
        [group],
        key="your_box",
        luts=luts(is_dark()),
        start=cell_of(view),
        height=190,
        on_change=listen(("your_box", "cell", "cell")),
    )


def _draw_refined(view: View) -> None:
    roi = view.roi
    (left, top, right, bottom), (x0, y0, x1, y1) = roi.box, roi.refined
    drawn, refined = Box(top, left, bottom, right, "chosen"), Box(y0, x0, y1, x1, "checked")
    tiles(
        [
            Tiles(
                name=_("refined"),
                values=inked_photo(view.scene.image, roi.pasted[None]),
                title=_("refined box and mask"),
                note=f"IoU {digits(roi.iou, 2)} → {digits(roi.refined_iou, 2)}",
                scheme="photo",
                size=196,
                boxes=(drawn, refined),
            )
        ],
        key="refined",
        luts=luts(is_dark()),
    )
    st.caption(
        _(
            "As the digit **{digit}** ({scores}): "
            ":orange[your box], :green[the box after the refinement], and the mask in it."
        ).format(digit=roi.digit, scores=percent(float(roi.scores[roi.digit + 1])))
    )


# ---------------------------------------------------------------- one number


def draw_number(view: View, text: Mapping[str, str]) -> None:
    """Open the chosen pooled number: where it comes from, and the arithmetic."""
    cell = results.opened(view.roi.spec, *cell_of(view))
    left, right = st.columns([1, 1.3], gap="xsmall")
    with left.container(border=True, height="stretch"):
        _draw_source(view, cell)
        st.caption(text["Source"])
    with right.container(border=True, height="stretch"):
        ledger(
            _window(cell) if cell.window else _samples(cell),
            key="number",
            title=_("channel {channel}, row {row}, column {column}").format(
                channel=cell.channel, row=cell.row, column=cell.column
            ),
            note="RoIPool" if cell.window else "RoIAlign",
            badge=lesson.badge(view.found.provenance),
            terms=words.glossary(),
        )


def _draw_source(view: View, cell: PooledCell) -> None:
    """Draw one channel of the feature map, the box on it, and the cells that count."""
    lit = np.zeros((1, SIDE, SIDE), bool)
    for point in cell.points:
        for n in point.neighbors:
            lit[0, n.y, n.x] |= n.weight > 0
    if cell.window:
        top, left, bottom, right = cell.window
        lit[0, top:bottom, left:right] = True
    shift = 0.0 if view.roi.spec.pool == "aligned" else 0.5
    x0, y0, x1, y1 = (edge / STRIDE + shift for edge in view.roi.box)
    tiles(
        [
            Tiles(
                name=_("source"),
                values=view.found.features[[cell.channel]],
                title=_("feature map, channel {channel}").format(channel=cell.channel),
                note=_("16×16; outlined: the cells that count"),
                indices=(cell.channel,),
                size=288,
                lit=lit if lit.any() else None,
                boxes=() if cell.window else (Box(y0, x0, y1, x1),),
            )
        ],
        key="source",
        luts=luts(is_dark()),
    )


def _samples(cell: PooledCell) -> list[Line]:
    lines = []
    for i, point in enumerate(cell.points):
        terms = " + ".join(
            f"{digits(n.weight, 3)}·{digits(n.value, 3)}" for n in point.neighbors if n.weight > 0
        )
        lines.append(
            Line(
                label=_("point {i} at ({y}, {x})").format(
                    i=i + 1, y=digits(point.y, 4), x=digits(point.x, 4)
                ),
                value=digits(point.value, 5),
                note=terms or _("outside: counts 0"),
            )
        )
    return [*lines, *_total(cell, _("mean of {count} points").format(count=len(cell.points)))]


def _window(cell: PooledCell) -> list[Line]:
    top, left, bottom, right = cell.window or (0, 0, 0, 0)
    area = _("rows {top} to {bottom}, columns {left} to {right}").format(
        top=top, bottom=bottom - 1, left=left, right=right - 1
    )
    many = (bottom - top) * (right - left)
    return [
        Line(
            label=_("cells that count"),
            value=str(many),
            note=area if many else _("none: the value is 0"),
        ),
        *_total(cell, _("their maximum")),
    ]


def _total(cell: PooledCell, name: str) -> list[Line]:
    agrees = cell.difference <= AGREES * max(1.0, abs(cell.value))
    return [
        Line(label=name, value=digits(cell.value, 6), role="chosen", rule=True),
        beside_torch(cell.theirs, cell.difference, agrees=agrees),
    ]
