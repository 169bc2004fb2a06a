"""Figures of the lesson on scaling: scores with and without their division by sqrt(d_k)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ScaleBands, ScaleRows, ScaleSweep

HEIGHT = 462  # px, of the four panels
ROW_HEIGHT = 208  # px
TOP = 42  # px, for the legend and the names of the panels
BINS = 41
RAW, SCALED = "q·k", "q·k ÷ √d_k"
PANELS = {
    "variance": N_("variance of the scores"),
    "entropy": N_("entropy ÷ ln(keys)"),
    "largest": N_("largest weight"),
    "gradient": N_("gradient at the scores"),
}


def over_width(
    result: ScaleSweep, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw variance, entropy, largest weight and gradient over d_k, a panel each.

    Lines are medians over the seeds; bands go from 5 % to 95 % of them. In the panel of the
    gradient solid lines show the median query and dotted lines the mean query.

    Args:
        result: Both ways of scaling.
        chosen: The d_k to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    ways = ((RAW, result.raw, p.gold), (SCALED, result.scaled, p.blue))
    traces = [
        trace | {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        for i, what in enumerate(PANELS)
        for name, bands, color in ways
        for trace in _series(result.spec.widths, name, what, bands, color, named=i == 0)
    ]
    layout = panels.grid(list(PANELS.values()), _axes(result.spec.widths), scale=scale)
    layout["shapes"] = panels.marks(chosen, len(PANELS), p.orange)
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    return _room_above(fig, scale, 1.065)


def _room_above(fig: go.Figure, scale: float, legend: float) -> go.Figure:
    """Make room for the legend and the names of the panels, and return the figure."""
    fig.layout.margin.t = round(TOP * scale)
    fig.layout.legend.y = legend
    return fig


def _series(
    widths: tuple[int, ...], name: str, what: str, bands: ScaleBands, color: str, *, named: bool
) -> Iterator[dict[str, Any]]:
    low, middle, high = getattr(bands, what).T
    plain = {"type": "scatter", "x": widths, "showlegend": False}
    yield plain | {
        "x": [*widths, *widths[::-1]],
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": theme.fade(color, 0.16),
        "mode": "none",
        "hoverinfo": "skip",
    }
    yield plain | {
        "y": middle,
        "customdata": np.stack([low, high], axis=1),
        "name": name,
        "showlegend": named,
        "mode": "lines+markers",
        "line": {"color": color, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": _(
            "<b>{name}</b>, d_k = %{{x}}<br>%{{y:.3~g}}"
            "<br>5 % to 95 % of the seeds: %{{customdata[0]:.3~g}} to %{{customdata[1]:.3~g}}"
            "<extra></extra>"
        ).format(name=name),
    }
    if what == "gradient":
        yield plain | {
            "y": bands.gradient_mean[:, 1],
            "mode": "lines",
            "name": _("{name}, mean query").format(name=name),
            "line": {"color": color, "width": 1.5, "dash": "dot"},
            "hovertemplate": _("<b>{name}</b>, mean query<br>%{{y:.3~g}}<extra></extra>").format(
                name=name
            ),
        }


def _axes(widths: tuple[int, ...]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    x = {
        "type": "log",
        "tickvals": widths[::3],
        "ticktext": [str(w) for w in widths[::3]],
        "tickangle": 0,
    }
    below = x | {"title": {"text": "d_k"}}
    share = {"range": [0, 1.05], "tickformat": ".0%"}
    variance = {"type": "log", "dtick": 1, "tickformat": ".1~s"}
    gradient = {"type": "log", "dtick": 1, "tickformat": "~e"}
    return [(x, variance), (x, share), (below, share), (below, gradient)]


def both_ways(result: ScaleRows, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw all scores of the chosen d_k as a histogram, and the softmax of one query.

    Args:
        result: Of one width.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    edges, keys = _edges(result.scores), np.arange(1, len(result.raw) + 1)
    traces = []
    for name, scores, weights, color in (
        (RAW, result.scores, result.raw, p.gold),
        (SCALED, result.scores * result.width**-0.5, result.scaled, p.blue),
    ):
        traces += [_histogram(name, scores, edges, color), _bars(name, keys, weights, color)]
    titles = _("scores, d_k = {width}").format(width=result.width), _("one query's weights")
    share: dict[str, Any] = {"tickformat": "~%", "rangemode": "tozero"}
    axes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, share | {"title": {"text": _("of all scores")}}),
        ({"title": {"text": _("keys, the strongest first")}}, share),
    ]
    layout = panels.grid(titles, axes, gap=0.12, scale=scale)
    fig = go.Figure(traces, layout | {"showlegend": True, "barmode": "overlay"})
    theme.style(fig, dark=dark, height=ROW_HEIGHT, scale=scale)
    return _room_above(fig, scale, 1.18)


def _edges(scores: np.ndarray) -> np.ndarray:
    """Return bins wide enough for the raw scores; both histograms share them."""
    most = float(np.quantile(np.abs(scores), 0.999)) or 1.0
    return np.linspace(-most, most, BINS + 1)


def _histogram(name: str, scores: np.ndarray, edges: np.ndarray, color: str) -> dict[str, Any]:
    inside = np.clip(scores, edges[0], edges[-1])  # what lies beyond counts in the last bin
    share = np.histogram(inside, edges)[0] / len(scores)
    return {
        "type": "scatter",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": share,
        "name": name,
        "mode": "lines",
        "line": {"color": color, "width": 1.5, "shape": "hvh"},
        "fill": "tozeroy",
        "fillcolor": theme.fade(color, 0.25),
        "hovertemplate": _(
            "<b>{name}</b>, near %{{x:.3~g}}<br>%{{y:.2~%}} of the scores<extra></extra>"
        ).format(name=name),
    }


def _bars(name: str, keys: np.ndarray, weights: np.ndarray, color: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": keys,
        "y": weights,
        "xaxis": "x2",
        "yaxis": "y2",
        "name": name,
        "opacity": 0.75,
        "marker": {"color": color, "line": {"width": 0}},
        "showlegend": False,
        "hovertemplate": _("<b>{name}</b>, key %{{x}}<br>weight %{{y:.3~g}}<extra></extra>").format(
            name=name
        ),
    }
