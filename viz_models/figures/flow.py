"""Figures of the flow page: records and arrays in, go.Figure out."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.theme import CONFIG
from viz_models.records import Trace

__all__ = ["CONFIG", "depth_band", "histogram"]


def histogram(counts: np.ndarray, edges: np.ndarray, *, dark: bool = False) -> go.Figure:
    """How often which value occurs in one step.

    Args:
        counts: (bins,) int.
        edges: (bins + 1,) activation units.
        dark: Which theme is showing.
    """
    p = theme.palette(dark)
    middle, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    hover = "%{x:.4g}: %{y} values<extra></extra>"
    bars = go.Bar(x=middle, y=counts, width=width, marker_color=p.blue, hovertemplate=hover)
    fig = theme.style(go.Figure(bars), dark=dark, height=150)
    fig.update_xaxes(title_text="value")
    fig.update_yaxes(title_text="how many")
    return fig


def depth_band(trace: Trace, chosen: str, *, dark: bool = False) -> go.Figure:
    """Mean, mean ± std and min..max of every step, from the photo to the scores.

    Args:
        trace: All steps.
        chosen: Name of the step to mark.
        dark: Which theme is showing.
    """
    p = theme.palette(dark)
    names = [s.name for s in trace.steps]
    at = np.arange(len(names))
    mean, std, low, high = (
        np.array([getattr(s, f) for s in trace.stats]) for f in ("mean", "std", "min", "max")
    )
    fig = go.Figure(
        [
            _band(at, low, high, theme.fade(p.blue, 0.10), "min to max"),
            _band(at, mean - std, mean + std, theme.fade(p.blue, 0.28), "mean ± std"),
            go.Scatter(
                x=at,
                y=mean,
                customdata=np.stack([std, low, high], axis=1),
                text=names,
                mode="lines+markers",
                name="mean",
                marker={"size": 5, "color": p.blue},
                line={"color": p.blue, "width": 2},
                hovertemplate="<b>%{text}</b><br>mean %{y:.4g}<br>std %{customdata[0]:.4g}"
                "<br>min %{customdata[1]:.4g}, max %{customdata[2]:.4g}<extra></extra>",
            ),
        ]
    )
    fig.add_vline(x=names.index(chosen), line={"color": p.orange, "width": 2})
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=260)
    fig.update_xaxes(title_text="step", range=[-0.8, len(names) - 0.2])
    fig.update_yaxes(title_text="activation")
    return fig


def _band(x: np.ndarray, low: np.ndarray, high: np.ndarray, color: str, name: str) -> go.Scatter:
    outline = np.concatenate([high, low[::-1]])
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=outline,
        fill="toself",
        fillcolor=color,
        line={"width": 0},
        hoverinfo="skip",
        name=name,
    )
