"""The lesson on captions: its controls, the scene with the heat of a word, and all words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.captions import MOST, Caption, CaptionRecord, CaptionSpec
from viz_models.records.vision.scene import FIRST_SCENE, NAMES, SceneSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.scrubber import position, scrubber
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import frame, lesson, state, words
from viz_models.ui.kit.controls import chips, control, control_row, slider
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.vision.detector_scene import with_digits
from viz_models.ui.panels.vision.detector_stage import photo
from viz_models.ui.results.vision import captions as results

SCENES = tuple(range(100))
NETS = {"attention": N_("with attention"), "mean": N_("without attention")}
MOVED = {"nothing": N_("nothing")} | {
    f"digit {i + 1}": N_("digit {n}").format(n=i + 1) for i in range(MOST)
}
SIDE = 8  # cells of the grid in each direction
SCENE, MAP = 352, 236  # px on screen


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    found: Caption
    word: int  # which of the words is chosen, from 0
    cell: int  # which of the 64 cells, row by row
    moving: int | None  # which digit the pointer moves
    refusal: str = ""

    @property
    def has_attention(self) -> bool:
        """Whether the chosen network looks at a part of the scene."""
        return self.found.spec.net == "attention"


def controls() -> View:
    """Draw the controls; return what was computed for them."""
    with control_row():
        seed = slider(_("Scene"), SCENES, "scene", 140, value=FIRST_SCENE)
        net: Any = chips(_("The captioner"), NETS, key="net", default="attention")
        moving, typed = _own_scene()
    scene, trouble = with_digits(SceneSpec(seed=seed, count=MOST), typed, MOST)
    found = results.caption(CaptionSpec(scene=scene, net=net))
    word = position(found.written, default=first_word(found))
    here = moving if moving is not None and moving < len(found.scene.labels) else None
    return View(found, word, _cell(found, word), here, trouble)


def _own_scene() -> tuple[int | None, str]:
    """Draw what makes a scene of one's own; return which digit is moved, and the digits typed."""
    with st.popover(_("Own scene"), width="content"):
        st.caption(
            _(
                "Type 1 to {most} digits, such as 37. Then choose which of them you move with the "
                "mouse or the arrow keys. The captioners never saw more digits at once."
            ).format(most=MOST)
        )
        typed: str = control(
            st.text_input, _("Digits"), "", key="digits", width=frame.px(180), max_chars=8
        )
        moved = chips(_("What you move"), MOVED, key="move", default="nothing", show=_("Move"))
    return (None if moved == "nothing" else int(moved[-1]) - 1), typed.strip()


def first_word(found: Caption) -> int:
    """Return the word that the page opens on: the name of the first digit."""
    return next((i for i, word in enumerate(found.written) if word in NAMES), 0)


def _cell(found: Caption, word: int) -> int:
    """Return the cell that the link names, or the heaviest one of this word."""

    def fits(text: str) -> bool:
        parts = text.split(",")
        good = len(parts) == 3 and all(p.isascii() and p.isdigit() for p in parts)
        return good and all(int(p) < n for p, n in zip(parts, (1, SIDE, SIDE), strict=True))

    text = state.choice("cell", "", fits)
    if not text:
        return int(found.weights[word].argmax())
    _, row, column = map(int, text.split(","))
    return row * SIDE + column


def answer(view: View) -> str:
    """Return the section of the prose that is true for this caption."""
    if not view.has_attention:
        return "mean"
    looks = view.found.on_digit[first_word(view.found)] is not None
    return "exact" if view.found.is_exact and looks else "wrong"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts of the page name."""
    found, recorded = view.found, results.recorded()
    first = first_word(found)
    looks, mean = recorded.quality("attention"), recorded.quality("mean")
    return {
        "sentence": found.sentence or _("nothing"),
        "truth": found.scene.sentence,
        "right": _("That is right") if found.is_exact else _("That is not right"),
        "name": found.written[first],
        "on": percent(found.on_digit[first] or 0.0),
        "scenes": f"{looks.scenes:,}",
        "exact": percent(looks.exact / looks.scenes),
        "mean_exact": percent(mean.exact / mean.scenes),
        "on_digit": percent(looks.on_digit),
        "uniform": percent(looks.uniform),
        "peak": percent(looks.peak),
        "parameters": f"{looks.parameters:,}",
        "mean_parameters": f"{mean.parameters:,}",
        "channels": str(found.cells.shape[1]),
        "compared": _compared(recorded),
    }


def _compared(recorded: CaptionRecord) -> str:
    """Say which of both captioners was right more often; both were trained once."""
    looks, mean = (recorded.quality(net).exact for net in ("attention", "mean"))
    if looks == mean:
        return _("Both were right equally often")
    if looks > mean:
        return _("The captioner with attention was right more often")
    return _("The captioner without attention was right more often")


# ---------------------------------------------------------------- the stage


def draw_scene(view: View, text: Mapping[str, str]) -> None:
    """Draw the scene with the heat of the chosen word, and the digit that people move."""
    key = "scene_heat" if view.moving is None else f"scene_{view.moving}"
    movable = None
    if view.moving is not None:
        place = view.found.scene.places[view.moving]
        movable = Box(place.top, place.left, place.top + place.size, place.left + place.size)
    weights = view.found.weights[view.word].reshape(SIDE, SIDE)
    step = len(view.found.scene.image) // SIDE
    heat = np.kron(weights, np.ones((step, step))).astype(np.float32)
    group = Tiles(
        name=_("scene"),
        values=photo(view.found.scene.image),
        title=_("“{written}” looks here").format(written=view.found.written[view.word]),
        scheme="photo",
        size=SCENE,
        overlay=heat if view.has_attention else None,
        draggable=movable,
    )
    param = f"place{view.moving or 0}"
    tiles(
        [group],
        key=key,
        luts=luts(is_dark()),
        box_param=param,
        on_change=state.listen(key, "box", param),
    )
    st.caption(text["Moving" if view.moving is not None else f"The scene, {view.found.spec.net}"])


def draw_look(view: View, text: Mapping[str, str]) -> None:
    """Draw scores and weights of the chosen word, and what it then writes."""
    found, at = view.found, view.word
    groups = [_map(found.weights[at], "weights", _("sum to 1"))]
    if view.has_attention:
        groups.insert(0, _map(found.scores[at], "scores"))
    tiles(
        groups,
        key="look",
        luts=luts(is_dark()),
        start=(0, view.cell // SIDE, view.cell % SIDE),
        on_change=state.listen("look", "cell", "cell"),
    )
    ledger(
        _likely(view),
        key="likely",
        title=_("Word {at}").format(at=at + 1),
        note=_("after “{read}”").format(read=found.read[at]),
        badge=lesson.badge(found.provenance),
        terms=words.glossary(),
    )


def _map(values: np.ndarray, name: str, note: str = "") -> Tiles:
    """Return 64 numbers as a map; people choose a cell on the weights."""
    chosen = name == "weights"
    return Tiles(
        name=name,
        values=values.reshape(1, SIDE, SIDE),
        title=_("weights") if chosen else _("scores"),
        note=note,
        limits=(0.0, float(values.max())) if chosen else None,
        size=MAP,
        show_values=True,
        pick="cell" if chosen else "none",
        axes=(_("row"), _("column")),
        after="" if chosen else "softmax",
    )


def _likely(view: View) -> list[Line]:
    found, at = view.found, view.word
    lines = [
        Line(
            label=word,
            value=digits(p, 3),
            role="chosen" if word == found.written[at] else "plain",
        )
        for word, p in found.likely[at][:3]
    ]
    share = found.on_digit[at]
    if share is not None:
        name = _("weight on the {written}").format(written=found.written[at])
        lines.append(Line(label=name, value=percent(share), rule=True))
    equal = digits(found.max_difference, 1)
    return [*lines, Line(label=_("logits equal torch's to"), value=equal, role="checked")]


def draw_foot(view: View) -> None:
    """Draw the sentence as it is written; arrow keys walk from word to word."""
    found = view.found
    chances = [dict(row)[word] for row, word in zip(found.likely, found.written, strict=True)]
    scrubber(
        found.written,
        key="foot",
        lead=_("it writes"),
        said=[f"{w}, p = {p:.3f}" for w, p in zip(found.written, chances, strict=True)],
        default=first_word(found),
        at=view.word,
    )


def draw_words(view: View, text: Mapping[str, str]) -> None:
    """Draw where the network looks for every word, side by side on one scale."""
    found = view.found
    count = len(found.written)
    lit = np.arange(count) == view.word
    with st.container(border=True):
        tiles(
            [
                Tiles(
                    name=_("words"),
                    values=found.weights.reshape(count, SIDE, SIDE),
                    title=_("where it looks, word by word"),
                    limits=(0.0, float(found.weights.max())),
                    grid=(1, count),
                    column_labels=found.written,
                    margins=(tuple("" if s is None else percent(s) for s in found.on_digit),),
                    margin_names=(_("on it"),),
                    lit=np.broadcast_to(lit[:, None, None], (count, SIDE, SIDE)).copy(),
                    pick="cell",
                    follows=(None, 0),
                    axes=(_("row"), _("column")),
                    bar=True,
                )
            ],
            key="words",
            luts=luts(is_dark()),
            param="word",
            start=(view.word,),
            default=(first_word(found),),
            on_change=state.listen("words", "cell", "word"),
            height=200,
        )
        st.caption(text["Every word"])
