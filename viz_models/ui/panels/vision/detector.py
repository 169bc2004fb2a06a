"""The lesson on detectors: its controls, and what the reader looks at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.language import N_, ngettext, numbered
from viz_models.language import gettext as _
from viz_models.records.vision.detector import (
    FINAL_NMS,
    FIRST_BOX,
    LEAST_SCORE,
    POOLS,
    PROPOSAL_NMS,
    Detection,
    DetectSpec,
    Pool,
    Roi,
    RoiSpec,
)
from viz_models.records.vision.scene import (
    FIRST_SCENE,
    MOST_DIGITS,
    Scene,
    SceneSpec,
)
from viz_models.ui.kit import frame, lesson, state, words
from viz_models.ui.kit.controls import chips, control, control_row, slider
from viz_models.ui.panels.vision.detector_scene import edges, with_digits
from viz_models.ui.results.vision import detector as results

SCENES = tuple(range(100))
STOPS = {
    "features": N_("features"),
    "anchors": N_("anchors"),
    "objectness": N_("objectness"),
    "proposals": N_("proposals"),
    "pooling": N_("pooling"),
    "classes": N_("classes"),
    "masks": N_("masks"),
}
NMS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
REMARKS = (  # on a box, as they are computed; listed here for translators
    N_("The box was clipped to the scene: {n},{n2},{n3},{n4}."),
    N_(
        "The box is smaller than one cell of the feature map ({n} px). RoIAlign with "
        "aligned=False and RoIPool read it as one cell."
    ),
)
MOVED = {"box": N_("box")} | {
    f"digit {i + 1}": N_("digit {n}").format(n=i + 1) for i in range(MOST_DIGITS)
}
SCORES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and what was computed for them."""

    found: Detection
    roi: Roi
    stop: str
    moving: int | None  # which digit the pointer moves; None: the box
    refusal: str = ""

    @property
    def scene(self) -> Scene:
        """The scene with its truth."""
        return self.found.scene


def controls() -> View:
    """Draw the controls; return what was computed for them."""
    with control_row():
        seed = slider(_("Scene"), SCENES, "scene", 140, value=FIRST_SCENE)
        pool: Any = chips(_("How boxes are pooled"), same(POOLS), key="pool", default="roi_align")
        moving, typed = _own_scene()
        proposal_nms, final_nms, least = _thresholds()
    scene, trouble = _scene(seed, typed)
    spec = DetectSpec(
        scene=scene,
        pool=pool,
        proposal_nms=proposal_nms,
        final_nms=final_nms,
        least_score=least,
    )
    found = results.detection(spec)
    roi, box_trouble = _roi(scene, pool)
    count = len(found.scene.labels)
    here = moving if moving is not None and moving < count else None
    return View(found, roi, "masks", here, trouble or box_trouble)


def same(values: Sequence[str]) -> dict[str, str]:
    """Return chips that say what stands in the link."""
    return {value: value for value in values}


def _own_scene() -> tuple[int | None, str]:
    """Draw what makes a scene of one's own; return which digit is moved, and the digits typed."""
    with st.popover(_("Own scene"), width="content"):
        st.caption(
            _(
                "Type up to {most_digits} digits, such as 37; “none” is an empty scene. "
                "Then choose what you move with the mouse or the arrow keys."
            ).format(most_digits=MOST_DIGITS)
        )
        typed: str = control(
            st.text_input, _("Digits"), "", key="digits", width=frame.px(180), max_chars=8
        )
        moved = chips(_("What you move"), MOVED, key="move", default="box", show=_("Move"))
        st.caption(
            _(
                "A photo of your own cannot be used here: the network knows nothing but "
                "scikit-learn's "
                "handwritten digits at 64×64 pixels, and would only guess."
            )
        )
    return (None if moved == "box" else int(moved[-1]) - 1), typed.strip()


def _thresholds() -> tuple[float, float, float]:
    with st.popover(_("Thresholds"), width="content"):
        proposals = slider(_("NMS of proposals: IoU"), NMS, "nms", 240, value=PROPOSAL_NMS)
        final = slider(_("NMS of what is found: IoU"), NMS, "found_nms", 240, value=FINAL_NMS)
        least = slider(_("Least score of what is found"), SCORES, "score", 240, value=LEAST_SCORE)
    return proposals, final, least


def _scene(seed: int, typed: str) -> tuple[SceneSpec, str]:
    """Return the scene that the link means, and why it is not what was typed."""
    spec = SceneSpec(seed=seed)
    if typed.lower() == "none":
        return replace(spec, count=0), ""
    return with_digits(spec, typed, MOST_DIGITS)


def _roi(scene: SceneSpec, pool: Pool) -> tuple[Roi, str]:
    box = edges(state.choice("box", "", lambda t: edges(t) is not None)) or FIRST_BOX
    spec = RoiSpec(scene=scene, box=box, pool=pool)
    try:
        return results.roi(spec), ""
    except ValueError as error:
        return results.roi(replace(spec, box=FIRST_BOX)), str(error)


def draw_refusal(view: View) -> None:
    """Say why what was asked for cannot be drawn, or what was done to the box."""
    lesson.draw_refusal(view.refusal, _("The page shows what it opens with instead."))
    if view.roi.remarks and not view.refusal:
        st.caption(words.plain(" ".join(numbered(remark) for remark in view.roi.remarks)))


def answer(view: View) -> str:
    """Return the section of the prose that is true for this scene."""
    if not view.scene.labels:
        return "empty"
    return "found" if len(view.found.found.digits) else "missed"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    found, stage = view.found.found, view.found.proposals
    kept = stage.kept
    best = view.scene.boxes
    quality = results.recorded().quality("roi_align")
    return {
        "anchors": f"{len(stage.anchors):,}",
        "candidates": str(len(stage.candidates)),
        "proposals": str(len(kept)),
        "things": things(len(found.digits)),
        "named": ", ".join(f"{d} ({percent(float(s))})" for d, s in _pairs(found)),
        "truth": view.scene.sentence,
        "anchor_iou": digits(float(stage.best_iou.max(initial=0.0)), 2),
        "box_iou": digits(float(found.iou.max(initial=0.0)), 2) if len(best) else "0",
        "ap": percent(quality.average_precision["50"]),
        "scenes": str(quality.scenes),
        "equal": _("bit for bit") if view.found.is_equal else _("not bit for bit"),
    }


def _pairs(found: Any) -> list[tuple[int, float]]:  # noqa: ANN401 (a record)
    return list(zip(found.digits.tolist(), found.scores.tolist(), strict=True))


def things(count: int) -> str:
    """Return a count of things in words."""
    return ngettext("{count} thing", "{count} things", count).format(count=count)
