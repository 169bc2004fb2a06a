"""The main picture of the lesson on detectors: the scene, and what each stage makes of it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.figures import theme
from viz_models.figures.vision import detector as figures
from viz_models.language import gettext as _
from viz_models.records.vision.detector import FIRST_BOX
from viz_models.ui.instruments.tiles import Box, Tiles, tiles
from viz_models.ui.kit import state
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.vision.detector import STOPS, View
from viz_models.ui.panels.vision.detector_scene import listen

SCENE = 384  # px on screen
TINT = 0.55  # of green, where a mask is
SHAPES = 6  # anchors of a cell
SHOWN = 12  # boxes or rows that are shown at most


def draw_scene(view: View, text: Mapping[str, str]) -> None:
    """Draw the scene with the boxes of this stage, and the box or digit that people move."""
    moved = view.moving
    key, param = ("scene_box", "box") if moved is None else (f"scene_{moved}", f"place{moved}")
    tiles(
        [_scene(view)],
        key=key,
        luts=luts(is_dark()),
        box_param=param,
        box_default=_frame(FIRST_BOX) if moved is None else None,
        on_change=listen((key, "box", param)),
    )
    st.caption(text["Moving" if moved is None else "Moving a digit"])


def _frame(edges: tuple[float, float, float, float]) -> Box:
    left, top, right, bottom = edges
    return Box(top, left, bottom, right)


def photo(image: np.ndarray) -> np.ndarray:
    """(h, w) from 0 to 1 as a gray photo: (h, w, 3) uint8."""
    gray = (image * 255).round().clip(0, 255).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def inked_photo(image: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Tint what the masks (D, 64, 64) cover from 0.5 on: (64, 64, 3) uint8."""
    gray = photo(image).astype(np.float64)
    green = np.array(theme.rgb(theme.palette(is_dark()).green))
    covered = np.any(masks >= 0.5, axis=0, keepdims=True).reshape(*image.shape, 1)
    return np.where(covered, (1 - TINT) * gray + TINT * green, gray).round().astype(np.uint8)


def _scene(view: View) -> Tiles:
    inked = view.found.found.masks if view.stop == "masks" else view.found.found.masks[:0]
    if view.moving is None:
        movable = _frame(view.roi.spec.box)
    else:
        place = view.scene.places[view.moving]
        movable = Box(place.top, place.left, place.top + place.size, place.left + place.size)
    return Tiles(
        name=_("scene"),
        values=inked_photo(view.scene.image, inked),
        scheme="photo",
        size=SCENE,
        boxes=_boxes(view),
        draggable=movable,
    )


def _boxes(view: View) -> tuple[Box, ...]:
    """Return the frames that belong to the stage."""
    stage, found = view.found.proposals, view.found.found
    if view.stop == "anchors":
        first = _cell(view) * SHAPES
        return tuple(_plain(b) for b in stage.anchors[first : first + SHAPES])
    if view.stop == "objectness":
        likely = np.argsort(-stage.objectness)[:SHOWN]
        return tuple(_plain(b) for b in stage.anchors[likely])
    if view.stop in ("proposals", "pooling"):
        return tuple(_plain(b) for b in stage.boxes[stage.kept])
    if view.stop in ("classes", "masks"):
        return tuple(
            Box(*_turned(box), "checked", f"{digit} {percent(float(score))}")
            for box, digit, score in zip(found.boxes, found.digits, found.scores, strict=True)
        )
    return ()


def _turned(box: np.ndarray) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) for edge in box)
    return top, left, bottom, right


def _plain(box: np.ndarray) -> Box:
    return Box(*_turned(box))


def _chosen(view: View) -> tuple[int, ...]:
    """Return the cell (n, c, y, x) of the maps that the link names, or the best anchor's."""
    most = (1, 32, 16, 16)

    def fits(text: str) -> bool:
        parts = text.split(",")
        good = len(parts) == 4 and all(p.isascii() and p.isdigit() for p in parts)
        return good and all(int(p) < n for p, n in zip(parts, most, strict=True))

    text = state.choice("at", "", fits)
    if text:
        return tuple(map(int, text.split(",")))
    best = int(view.found.proposals.best_iou.argmax())
    cell, shape = divmod(best, SHAPES)
    return 0, shape, *divmod(cell, 16)


def _cell(view: View) -> int:
    _, _, y, x = _chosen(view)
    return y * 16 + x


def choose_stop(view: View) -> View:
    """Draw the seven stages; return the view of the chosen one."""
    return replace(view, stop=chips(_("Stage"), STOPS, key="stop", default="masks"))


def draw_stage(view: View, text: Mapping[str, str]) -> None:
    """Draw what the chosen stage computed."""
    drawn = {
        "features": _draw_features,
        "anchors": _draw_anchors,
        "objectness": _draw_anchors,
        "proposals": _draw_proposals,
        "pooling": _draw_three,
        "classes": _draw_classes,
        "masks": _draw_masks,
    }
    drawn[view.stop](view)
    with st.container(key="stage_said"):  # a guided lesson may hide it
        st.caption(text[f"Stage: {view.stop}"])


def _maps(groups: list[Tiles], view: View, height: int = 262) -> None:
    start = _chosen(view) if any(g.pick == "cell" for g in groups) else None
    key = f"maps_{view.stop}"
    tiles(
        groups,
        key=key,
        luts=luts(is_dark()),
        start=start,
        param="at",
        height=height,
        on_change=listen((key, "cell", "at")),
    )


def _draw_features(view: View) -> None:
    group = Tiles(
        name=_("features"),
        values=view.found.features,
        title=_("backbone: five convolutions"),
        note=_("1×64×64 → 32×16×16; one cell for every 4×4 pixels"),
        columns=11,
        bar=True,
    )
    _maps([group], view)


def _draw_anchors(view: View) -> None:
    stage = view.found.proposals
    sides = stage.anchors[:SHAPES, 2:] - stage.anchors[:SHAPES, :2]
    seen = view.stop == "anchors"
    values = stage.best_iou if seen else 1 / (1 + np.exp(-stage.objectness))
    maps = values.reshape(16, 16, SHAPES).transpose(2, 0, 1).astype(np.float32)
    group = Tiles(
        name=_("anchors"),
        values=maps,
        title=_("IoU of every anchor with the nearest digit") if seen else _("objectness"),
        grid=(1, SHAPES),
        column_labels=tuple(_("{w:.0f}×{h:.0f} px").format(w=w, h=h) for w, h in sides),
        limits=(0.0, 1.0),
        pick="cell",
        bar=True,
    )
    _maps([group], view)


def _draw_proposals(view: View) -> None:
    if len(view.found.proposals.candidates):
        show(kept(figures.candidates, view.found, **figure_look()), "candidates")
    else:
        st.caption(_("No box is likely enough: nothing is left for the next stage."))


def _draw_three(view: View) -> None:
    """Draw three boxes of different size, each with one channel of what it becomes."""
    stage = view.found.proposals
    boxes = stage.boxes[stage.kept]
    if not len(boxes):
        st.caption(_("There is no proposal in this scene, so nothing is pooled."))
        return
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    order = np.argsort(-areas)
    chosen = dict.fromkeys(int(order[i]) for i in (0, len(order) // 2, len(order) - 1))
    channel = int(view.found.pooled.std(axis=(0, 2, 3)).argmax())
    groups = []
    for i in chosen:
        left, top, right, bottom = (round(float(e)) for e in boxes[i])
        crop = view.scene.image[top : max(bottom, top + 1), left : max(right, left + 1)]
        h, w = crop.shape
        groups += [
            Tiles(
                name=f"crop{i}",
                values=photo(crop),
                note=_("{w}×{h} px").format(w=w, h=h),
                scheme="photo",
                size=6 * max(h, w),
                after="→",
            ),
            Tiles(
                name=f"pooled{i}",
                values=view.found.pooled[i, channel][None],
                note=_("32×7×7, channel {channel}").format(channel=channel),
                size=140,
                axes=(_("row"), _("column")),
            ),
        ]
    _maps(groups, view)


def _draw_classes(view: View) -> None:
    scores = view.found.class_scores[:SHOWN]
    if not len(scores):
        st.caption(_("There is no proposal in this scene, so no class was computed."))
        return
    group = Tiles(
        name=_("classes"),
        values=scores[None],
        title=_("softmax of the {count} likeliest proposals").format(count=len(scores)),
        stretch=True,
        limits=(0.0, 1.0),
        show_values=True,
        row_labels=tuple(_("box {n}").format(n=i + 1) for i in range(len(scores))),
        column_labels=(_("none"), *map(str, range(10))),
        axes=(_("proposal"), _("class")),
    )
    _maps([group], view)


def _draw_masks(view: View) -> None:
    found = view.found.found
    if not len(found.digits):
        st.caption(_("Nothing was found in this scene, so there is no mask."))
        return
    groups = [
        Tiles(
            name=f"mask{i}",
            values=found.small_masks[i][None],
            title=f"{found.digits[i]} · {percent(float(found.scores[i]))}",
            note=_("28×28 → its box"),
            limits=(0.0, 1.0),
            size=168,
            axes=(_("row"), _("column")),
        )
        for i in range(min(len(found.digits), 4))
    ]
    _maps(groups, view)
