"""Figures of the flow page: records and arrays in, go.Figure out."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import Trace

HEIGHT = 270  # px, of both


def histogram(
    counts: np.ndarray, edges: np.ndarray, *, name: str = "", dark: bool = False
) -> go.Figure:
    """How often which value occurs in one step.

    Args:
        counts: (bins,) int.
        edges: (bins + 1,) activation units.
        name: Of the step.
        dark: Which theme is showing.
    """
    fig = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker_color=theme.palette(dark).blue,
            hovertemplate=_("%{x:.4g}: %{y} values<extra></extra>"),
        )
    )
    fig.update_layout(title_text=_("Values of {name}").format(name=name) if name else None)
    theme.style(fig, dark=dark, height=HEIGHT)
    fig.update_xaxes(title_text=_("value (unitless)"))
    fig.update_yaxes(title_text=_("how many"))
    return fig


def depth_band(trace: Trace, chosen: str, *, dark: bool = False) -> go.Figure:
    """Mean, mean ± std and min..max of every step, from the photo to the scores.

    Args:
        trace: All steps.
        chosen: Name of the step to mark.
        dark: Which theme is showing.
    """
    p = theme.palette(dark)
    mean, std, low, high = (
        np.array([getattr(s, f) for s in trace.stats]) for f in ("mean", "std", "min", "max")
    )
    line = go.Scatter(
        x=np.arange(len(mean)),
        y=mean,
        customdata=np.stack([std, low, high], axis=1),
        text=[s.name for s in trace.steps],
        mode="lines+markers",
        name=_("mean"),
        marker={"size": 6, "color": p.blue},
        line={"color": p.blue, "width": 2},
        hovertemplate=_(
            "<b>%{text}</b><br>mean %{y:.4g}<br>std %{customdata[0]:.4g}"
            "<br>min %{customdata[1]:.4g}, max %{customdata[2]:.4g}<extra></extra>"
        ),
    )
    outer = _band(low, high, theme.fade(p.blue, 0.12), _("min to max"))
    inner = _band(mean - std, mean + std, theme.fade(p.blue, 0.32), _("mean ± std"))
    fig = go.Figure([line, outer, inner])  # the line first: a click then names a step
    fig.add_vline(x=trace.index(chosen), line={"color": p.orange, "width": 2})
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT)
    fig.update_xaxes(range=[-0.8, len(mean) - 0.2], **_group_ticks(trace))
    fig.update_yaxes(title_text=_("value (unitless)"))
    return fig


def _band(low: np.ndarray, high: np.ndarray, color: str, name: str) -> go.Scatter:
    x = np.arange(len(low))
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=color,
        line={"width": 0},
        hoverinfo="skip",
        name=name,
    )


def _group_ticks(trace: Trace) -> dict[str, Any]:
    """Return a tick in the middle of each block, named as the diagram names it."""
    members: dict[str, list[int]] = {}
    for i, step in enumerate(trace.steps):
        members.setdefault(step.group, []).append(i)
    blocks = {g: m for g, m in members.items() if len(m) > 2}
    return {
        "tickvals": [sum(m) / len(m) for m in blocks.values()],
        "ticktext": [
            _("block {a}").format(a=g.removeprefix("layer")) if g.startswith("layer") else g
            for g in blocks
        ],
    }
