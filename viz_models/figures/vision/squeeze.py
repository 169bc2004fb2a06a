"""Figures of the lesson on squeeze-and-excitation: a module, gates by class, gates replaced."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.squeeze import Gated, SqueezeRecord

MODULE_HEIGHT, CLASSES_HEIGHT, REPLACED_HEIGHT = 400, 420, 300  # px
COLUMNS = 4  # of maps
NAMES = {
    "own": N_("own gates"),
    "mean": N_("mean gates"),
    "other": N_("another<br>digit's gates"),
    "one": N_("all gates 1"),
    "twin": N_("trained<br>without SE"),
}


def module(
    gated: Gated, *, channel: int, unit: int, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the maps that come in, the means, the hidden units and the gates.

    Args:
        gated: One SE module and what it did.
        channel: To mark in orange.
        unit: Hidden unit to mark in orange.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    montage = tiled(gated.before)
    bare = {"visible": False, "showgrid": False, "zeroline": False}
    heat = {
        "type": "heatmap",
        "z": montage,
        "colorscale": list(theme.stops("sequential", dark=dark)),
        "showscale": False,
        "xgap": 0,
        "hoverongaps": False,
        "hovertemplate": "%{z:.4~g}<extra></extra>",
    }
    traces = [heat]
    bars = ((gated.squeezed, channel), (gated.hidden, unit), (gated.gates, channel))
    for i, (values, chosen) in enumerate(bars, start=1):
        colors = [p.orange if k == chosen else p.muted for k in range(len(values))]
        traces.append(
            {
                "type": "bar",
                "x": list(range(len(values))),
                "y": values,
                "marker": {"color": colors},
                "xaxis": panels.axis("x", i),
                "yaxis": panels.axis("y", i),
                "hovertemplate": "%{x}: %{y:.4~g}<extra></extra>",
            }
        )
    axes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (bare | {"constrain": "domain"}, bare | {"autorange": "reversed", "scaleanchor": "x"}),
        ({"title": {"text": _("channel")}, "dtick": 4}, {"rangemode": "tozero"}),
        ({"title": {"text": _("hidden unit")}, "dtick": 1}, {"rangemode": "tozero"}),
        ({"title": {"text": _("channel")}, "dtick": 4}, {"range": [0, 1]}),
    ]
    titles = (
        _("the maps that come in"),
        _("squeeze: their means"),
        _("first layer, ReLU"),
        _("gates"),
    )
    layout = panels.grid(titles, axes, scale=scale)
    layout |= {"showlegend": False, "shapes": [_frame(gated.before.shape[1], channel, p)]}
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=MODULE_HEIGHT, scale=scale)
    fig.layout.margin.t = round(26 * scale)
    return fig


def tiled(maps: np.ndarray) -> np.ndarray:
    """Return all maps beside each other, with a gap of one: (C, H, W) to one NaN-padded plane."""
    count, height, width = maps.shape
    rows = -(-count // COLUMNS)
    plane = np.full((rows * (height + 1) - 1, COLUMNS * (width + 1) - 1), np.nan, np.float32)
    for k, one in enumerate(maps):
        top, left = (k // COLUMNS) * (height + 1), (k % COLUMNS) * (width + 1)
        plane[top : top + height, left : left + width] = one
    return plane


def _frame(side: int, channel: int, p: theme.Palette) -> dict[str, Any]:
    top, left = (channel // COLUMNS) * (side + 1), (channel % COLUMNS) * (side + 1)
    return {
        "type": "rect",
        "x0": left - 0.5,
        "x1": left + side - 0.5,
        "y0": top - 0.5,
        "y1": top + side - 0.5,
        "line": {"color": p.orange, "width": 3},
    }


def classes(
    record: SqueezeRecord, label: int, channel: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the mean gate of each channel for each class, a panel for each module.

    Args:
        record: What was measured.
        label: The class to draw in orange.
        channel: To mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    count = len(record.by_class)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "y": record.by_class[block, k],
            "line": {
                "color": p.orange if k == label else theme.fade(p.muted, 0.55),
                "width": 3 if k == label else 1.2,
            },
            "name": _("digit {label}").format(label=label) if k == label else _("the other digits"),
            "legendgroup": str(k == label),
            "showlegend": block == 0 and k in (label, (label + 1) % 10),
            "xaxis": panels.axis("x", block),
            "yaxis": panels.axis("y", block),
            "hovertemplate": _("digit {k}, channel %{{x}}: %{{y:.3f}}<extra></extra>").format(k=k),
        }
        for block in range(count)
        for k in sorted(range(10), key=lambda k: k == label)
    ]
    x, y = (
        {"title": {"text": _("channel")}, "dtick": 2},
        {"range": [0, 1], "title": {"text": _("gate")}},
    )
    layout = panels.grid(
        [_("module {n}").format(n=i + 1) for i in range(count)], [(x, y)] * count, scale=scale
    )
    layout |= {
        "showlegend": True,
        "shapes": panels.marks(channel, count, theme.fade(p.orange, 0.5)),
    }
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=CLASSES_HEIGHT, scale=scale)
    fig.layout.margin.t = round(64 * scale)
    fig.layout.legend.update(x=0, xanchor="left", y=1.11, yanchor="bottom")  # above the titles
    return fig


def replaced(record: SqueezeRecord, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the accuracy with each kind of gates: a gray line for each seed, bars for the means.

    Args:
        record: What was measured.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    names = [_(name) for name in NAMES.values()]
    shares = [[100 * getattr(end, kind) for kind in NAMES] for end in record.ends]
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": names[:-1],
            "y": row[:-1],
            "line": {"color": theme.fade(p.muted, 0.6), "width": 1},
            "marker": {"color": p.muted, "size": 7},
            "hovertemplate": _("seed {seed}: %{{y:.1f}} %<extra></extra>").format(seed=end.seed),
        }
        for end, row in zip(record.ends, shares, strict=True)
    ]
    twins = {
        "type": "scatter",
        "mode": "markers",
        "x": [names[-1]] * len(shares),
        "y": [row[-1] for row in shares],
        "marker": {"color": p.muted, "size": 7},
        "hovertemplate": "%{y:.1f} %<extra></extra>",
    }
    means = {
        "type": "bar",
        "x": names,
        "y": list(np.mean(shares, axis=0)),
        "marker": {"color": theme.fade(p.blue, 0.35)},
        "hovertemplate": _("mean: %{y:.1f} %<extra></extra>"),
    }
    layout = {
        "showlegend": False,
        "yaxis": {"range": [0, 104], "title": {"text": _("test digits recognized, %")}},
    }
    fig = go.Figure([means, *lines, twins], layout)
    theme.style(fig, dark=dark, height=REPLACED_HEIGHT, scale=scale)
    return fig
