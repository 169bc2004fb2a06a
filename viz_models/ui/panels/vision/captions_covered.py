"""What becomes of a caption when the cells that a word looked at are covered."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.captions import COVERED
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import lesson
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.vision.captions import SIDE, View
from viz_models.ui.panels.vision.detector_stage import photo
from viz_models.ui.results.vision import captions as results

SCENE = 260  # px on screen
ROWS = (N_("the cells it looked at"), N_("as many others, at random"))


def facts() -> dict[str, str]:
    """Return what the text on covering may name."""
    c = results.recorded().covered
    return {
        "share": percent(COVERED),
        "cover_scenes": f"{c.scenes:,}",
        "cover_names": f"{c.names:,}",
        "cover_cells": digits(c.cells, 2),
        "looked": percent(c.looked / c.names),
        "others": percent(c.others / c.names),
        "second": percent(c.second_changed / c.second),
        "verdict": _verdict(c.looked, c.others),
    }


def _verdict(looked: int, others: int) -> str:
    if looked > others:
        return _("So the cells that a word looks at matter more to it than as many others")
    return _("So the cells that a word looks at matter no more to it than as many others")


def draw_covered(view: View, text: Mapping[str, str]) -> None:
    """Draw the scene as it is, and twice with cells covered, each with its caption."""
    if not view.has_attention:
        st.caption(text["Nothing to cover"])
        return
    found, word = view.found, view.found.written[view.word]
    both = results.covered(found, view.word)
    shown = [_tile("whole", _("as it is"), found.scene.image, ())]
    for name, title, one in zip(("looked", "others"), ROWS, both, strict=True):
        shown.append(_tile(name, _(title), one.image, one.cells))
    with st.container(border=True):
        tiles(shown, key="covered", luts=luts(is_dark()), height=SCENE + 50)
        rows: list[tuple[str, list[Cell]]] = [
            (_("nothing"), [(found.sentence, ""), ("0", ""), ("0 %", "")])
        ]
        for name, one in zip(ROWS, both, strict=True):
            kept = (
                _("“{word}” stays").format(word=word)
                if one.keeps
                else _("“{word}” is gone").format(word=word)
            )
            said = (one.sentence or _("nothing"), kept)
            rows.append((_(name), [said, (str(len(one.cells)), ""), (percent(one.weight), "")]))
        sheet(
            (_("the caption is then"), _("cells"), _("weight of “{word}”").format(word=word)),
            rows,
            key="covered_rows",
            title=_("Covered"),
            note=_(
                "A covered cell shows the background of this scene, as if no digit stood there."
            ),
            badge=lesson.badge(found.provenance),
        )


def _tile(name: str, title: str, image: np.ndarray, cells: Sequence[int]) -> Tiles:
    step = len(image) // SIDE
    places = [(cell // SIDE * step, cell % SIDE * step) for cell in cells]
    return Tiles(
        name=name,
        values=photo(image),
        title=title,
        scheme="photo",
        size=SCENE,
        boxes=tuple(Box(top, left, top + step, left + step) for top, left in places),
    )
