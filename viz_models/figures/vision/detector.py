"""Figures of the lesson on detectors."""

import numpy as np
import plotly.graph_objects as go

from viz_models.digits import digits, percent
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records.vision.detector import Detection, Moves, Pool, Quality, Roi, Wiring

NAMES: dict[Pool, str] = {
    "roi_align": "RoIAlign",
    "roi_pool": "RoIPool",
    "aligned": "RoIAlign, aligned=True",
}


def candidates(found: Detection, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw every box before suppression by its objectness and its overlap; those kept are green."""
    p = theme.palette(dark)
    stage = found.proposals
    by = stage.removed_by
    boxes = stage.boxes[stage.candidates]
    likely = 1 / (1 + np.exp(-stage.objectness[stage.candidates]))
    overlap = _best(boxes, found.scene.boxes)
    fig = go.Figure()
    kept = np.isin(stage.candidates, stage.kept)
    for name, chosen, color, size in (
        (_("removed ({sum})").format(sum=int((~kept).sum())), ~kept, p.muted, 6),
        (_("kept ({sum})").format(sum=int(kept.sum())), kept, p.green, 10),
    ):
        fig.add_scatter(
            x=likely[chosen],
            y=overlap[chosen],
            mode="markers",
            name=name,
            marker={"color": theme.fade(color, 0.75), "size": size * scale},
            customdata=[
                _("kept") if i < 0 else _("removed by the box of anchor {i}").format(i=i)
                for i in by[chosen]
            ],
            hovertemplate=_("objectness %{x:.3f}<br>IoU %{y:.2f}<br>%{customdata}<extra></extra>"),
        )
    fig.update_xaxes(title_text=_("objectness"), range=[-0.03, 1.03])
    fig.update_yaxes(title_text=_("IoU with the best digit"), range=[-0.05, 1.05])
    return theme.style(fig, dark=dark, height=250, scale=scale)


def _best(boxes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(N,): largest IoU with a true box, in float64 for the eye alone."""
    if not len(truth):
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], truth[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], truth[None, :, 2:])
    both = (high - low).clip(0).prod(-1)
    area = [(b[:, 2:] - b[:, :2]).prod(-1) for b in (boxes, truth)]
    best: np.ndarray = (both / (area[0][:, None] + area[1][None] - both)).max(1)
    return best


def class_scores(roi: Roi, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the softmax over the background and ten digits; the likeliest one is orange."""
    p = theme.palette(dark)
    names = [_("none"), *map(str, range(10))]
    best = int(roi.scores.argmax())
    fig = go.Figure()
    fig.add_bar(
        x=names,
        y=roi.scores,
        marker={"color": [p.orange if i == best else p.blue for i in range(11)]},
        text=[percent(float(s)) if s >= 0.01 else "" for s in roi.scores],
        textposition="outside",
        textfont={"size": 11 * scale},
        constraintext="none",
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
    )
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(range=[0, 1.15], tickvals=[0, 0.5, 1])
    return theme.style(fig, dark=dark, height=190, scale=scale)


def moving(moves: Moves, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw how much the pooled numbers change while the box moves by up to one cell."""
    fig = go.Figure()
    for pool, change in moves.changes.items():
        fig.add_scatter(
            x=moves.shifts,
            y=change * 100,
            name=NAMES[pool],
            mode="lines",
            line={"width": 2.5 * scale, "dash": "dot" if pool == "aligned" else "solid"},
            hovertemplate=_("%{x:.2f} px: %{y:.1f} %<extra>%{fullData.name}</extra>"),
        )
    fig.update_xaxes(title_text=_("box moved to the right by, px"))
    fig.update_yaxes(title_text=_("change of the numbers, %"), rangemode="tozero")
    return theme.style(fig, dark=dark, height=260, scale=scale)


def wirings(ways: tuple[Wiring, ...], *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the time of the four wirings; whiskers are the quartiles."""
    p = theme.palette(dark)
    fig = go.Figure()
    low, middle, high = zip(*(w.milliseconds for w in ways), strict=True)
    fig.add_bar(
        x=middle,
        y=[f"{w.name}  {digits(w.milliseconds[1], 3)} ms" for w in ways],
        orientation="h",
        marker={"color": p.blue},
        error_x={
            "type": "data",
            "array": [h - m for h, m in zip(high, middle, strict=True)],
            "arrayminus": [m - n for n, m in zip(low, middle, strict=True)],
            "color": p.text,
            "thickness": 1.5,
        },
        hovertemplate="%{y}<extra></extra>",
    )
    fig.update_yaxes(autorange="reversed")
    fig.update_xaxes(title_text=_("ms for one scene"), range=[0, max(high) * 1.05])
    return theme.style(fig, dark=dark, height=230, scale=scale)


def precision_recall(
    qualities: tuple[Quality, ...], *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw precision over recall at IoU 0.5 for every way to pool."""
    fig = go.Figure()
    for q in qualities:
        fig.add_scatter(
            x=q.recall,
            y=q.precision,
            name=NAMES[q.pool],
            mode="lines",
            line={"width": 2.5 * scale, "shape": "hv"},
            hovertemplate=_("recall %{x:.3f}<br>precision %{y:.3f}<extra>%{fullData.name}</extra>"),
        )
    fig.update_xaxes(title_text=_("recall"), range=[0, 1.03])
    fig.update_yaxes(title_text=_("precision"), range=[0, 1.05])
    return theme.style(fig, dark=dark, height=260, scale=scale)
