"""Below the main picture: half a pixel, four wirings, how good it is, and what to take away."""

from collections.abc import Mapping

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.vision import detector as figures
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.detector import POOLS
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.vision.detector import View
from viz_models.ui.results.vision import detector as results

LEVELS = ("50", "75", "90")
LADDER = 8  # proposals


def draw_moves(view: View, text: Mapping[str, str]) -> None:
    """Draw what moving the box changes, and what another pooling costs."""
    left, right = st.columns(2, gap="xsmall")
    with left.container(border=True, height="stretch"):
        moves = results.moves(view.roi.spec)
        show(kept(figures.moving, moves, **figure_look()), "moving")
        st.caption(text["Moving the box"])
    recorded = results.recorded()
    rows = []
    for pool in POOLS:
        q = recorded.quality(pool)
        cells = [(percent(q.average_precision[n]), "") for n in LEVELS]
        rows.append((figures.NAMES[pool], [*cells, (f"{q.mask_iou:.3f}", "")]))
    with right.container(border=True, height="stretch"):
        sheet(
            (*(f"AP{n}" for n in LEVELS), _("mask IoU")),
            rows,
            key="exchange",
            title=_("The same weights with another pooling"),
            note=_(
                "{scenes} scenes of digits that were not trained on; the network was trained with "
                "RoIAlign, aligned=False."
            ).format(scenes=recorded.qualities[0].scenes),
            badge=lesson.badge(recorded.provenance),
        )


def draw_wirings() -> None:
    """Draw the four wirings with the time of each."""
    recorded = results.recorded()
    left, right = st.columns([1, 1.2], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(figures.wirings, recorded.wirings, **figure_look()), "wirings")
    rows = [
        (
            w.name,
            [
                (str(w.backbones), _("forward passes")),
                (str(w.boxes), _("through the head")),
                (
                    f"{digits(w.milliseconds[1], 3)} ms",
                    _("{low} to {high}").format(
                        low=digits(w.milliseconds[0], 3), high=digits(w.milliseconds[2], 3)
                    ),
                ),
            ],
        )
        for w in recorded.wirings
    ]
    with right.container(border=True, height="stretch"):
        sheet(
            (_("backbone"), _("boxes"), _("median and quartiles")),
            rows,
            key="wired",
            title=_("Four wirings of the same trained parts"),
            note=_("{repeats} repeats in turns.").format(repeats=recorded.wirings[0].repeats),
            badge=lesson.badge(recorded.provenance),
        )


def draw_quality(view: View, text: Mapping[str, str]) -> None:
    """Draw suppression as a ladder, and precision over recall."""
    left, right = st.columns(2, gap="xsmall")
    with left.container(border=True, height="stretch"):
        ledger(
            _ladder(view), key="ladder", title=_("Who removes whom"), note=_("NMS of the proposals")
        )
        st.caption(text["Ladder"])
    with right.container(border=True, height="stretch"):
        recorded = results.recorded()
        chart = kept(figures.precision_recall, recorded.qualities, **figure_look())
        show(chart, "precision")
        st.caption(text["Average precision"])


def _ladder(view: View) -> list[Line]:
    stage = view.found.proposals
    lines = []
    for i, anchor in enumerate(stage.kept[:LADDER].tolist()):
        removed = int((stage.removed_by == anchor).sum())
        box = ", ".join(f"{edge:.1f}" for edge in stage.boxes[anchor])
        lines.append(
            Line(
                label=_("box {i}: {box}").format(i=i + 1, box=box),
                value=_("removes none")
                if not removed
                else _("removes {removed}").format(removed=removed),
                role="muted" if not removed else "plain",
            )
        )
    left = len(stage.kept) - LADDER
    if left > 0:
        lines.append(Line(label=_("and {left} more that stay").format(left=left), role="muted"))
    return lines or [Line(label=_("no proposal is left"), role="muted")]


def code(view: View) -> str:
    """Return a script that finds the same things and pools the same box."""
    return take_away.filled(
        "vision/detector",
        image=_packed(view),
        box=list(view.roi.box),
        pool=view.roi.spec.pool,
        nms=view.found.spec.proposal_nms,
        found_nms=view.found.spec.final_nms,
        score=view.found.spec.least_score,
    )


def _packed(view: View) -> str:
    """Write the scene as text: float32, zlib, base85."""
    import base64
    import zlib

    raw = view.scene.image.astype("<f4").tobytes()
    return repr(base64.b85encode(zlib.compress(raw, 9)).decode())


def table(view: View) -> str:
    """Return all proposals, and what became of each, as CSV."""
    found, stage = view.found, view.found.proposals
    rows = []
    for i, anchor in enumerate(stage.kept.tolist()):
        scores = found.class_scores[i]
        best = int(scores.argmax())
        edges = [float(e) for e in stage.boxes[anchor]]
        refined = [float(e) for e in found.refined[i, best]]
        name = "none" if best == 0 else str(best - 1)
        rows.append([i + 1, *edges, name, float(scores[best]), *refined])
    head = ("proposal", "left", "top", "right", "bottom", "class", "score")
    return take_away.csv_text((*head, *(f"refined {h}" for h in head[1:5])), rows)
