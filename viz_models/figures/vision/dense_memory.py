"""Figures of the lesson on dense memory: kept tensors as squares, and bytes over depth."""

from typing import Any

import plotly.graph_objects as go

from viz_models.digits import memory
from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.dense_memory import DenseMemory, DenseMemorySpec, Keeping

SQUARES_HEIGHT = 420  # px
CURVE_HEIGHT = 330  # px
TITLES = (N_("concatenated, for BatchNorm"), N_("normalized, for the convolution"))
NAME: dict[Keeping, str] = {"keep": N_("everything is kept"), "checkpoint": N_("checkpointing")}


def squares(
    spec: DenseMemorySpec, depth: int, keeping: Keeping, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw every tensor of `growth` maps that a layer needs in the backward pass as one square.

    Args:
        spec: How large a square is in bytes.
        depth: Number of layers, L.
        keeping: Full squares are kept, pale ones are computed again.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    kept = keeping == "keep"
    places = [(layer, origin) for layer in range(1, depth + 1) for origin in range(layer)]
    # what a checkpoint holds is the output of each earlier layer, once
    once = [(origin + 1, origin) for origin in range(1, depth)]
    panes = [
        _pane(spec, places, said, i, p.blue if kept else theme.fade(p.muted, 0.22))
        for i, said in enumerate((_("concatenated"), _("normalized")))
    ]
    if not kept:
        panes.append(_pane(spec, once, _("the output itself, kept once"), 0, p.blue))
    ticks = sorted({1, *range(4, depth + 1, 4), depth})
    x = {"tickvals": ticks, "range": [0.4, depth + 0.6], "title": {"text": _("layer")}, "dtick": 1}
    y = {"range": [depth - 0.4, -0.6], "showgrid": False, "zeroline": False}
    named = y | {"title": {"text": _("maps of layer (0: the block's input)")}}
    layout = panels.grid(TITLES, [(x, named), (x, y)], gap=0.07, scale=scale)
    fig = go.Figure(panes, layout | {"showlegend": False, "shapes": _outlines(depth, p)})
    theme.style(fig, dark=dark, height=SQUARES_HEIGHT, scale=scale)
    fig.layout.margin.t = round(26 * scale)
    return fig


def _pane(
    spec: DenseMemorySpec, places: list[tuple[int, int]], said: str, panel: int, color: str
) -> dict[str, Any]:
    """Return a heatmap of one color: cells keep their size in data units at every width."""
    depth = max((layer for layer, _ in places), default=1)
    z: list[list[int | None]] = [[None] * depth for _ in range(depth)]
    for layer, origin in places:
        z[origin][layer - 1] = 1
    return {
        "type": "heatmap",
        "x": list(range(1, depth + 1)),
        "y": list(range(depth)),
        "z": z,
        "xgap": 1.5,
        "ygap": 1.5,
        "colorscale": [[0, color], [1, color]],
        "showscale": False,
        "xaxis": panels.axis("x", panel),
        "yaxis": panels.axis("y", panel),
        "hoverongaps": False,
        "hovertemplate": _(
            "layer %{{x}} reads the maps of layer %{{y}}<br>{what}<br>"
            "{growth} maps of {side}×{side}: {memory}<extra></extra>"
        ).format(what=said, growth=spec.growth, side=spec.side, memory=memory(spec.square)),
    }


def _outlines(depth: int, p: theme.Palette) -> list[dict[str, Any]]:
    """Return a frame around what the last layer reads, in both panels."""
    return [
        {
            "type": "rect",
            "x0": depth - 0.5,
            "x1": depth + 0.5,
            "y0": -0.5,
            "y1": depth - 0.5,
            "xref": panels.axis("x", i),
            "yref": panels.axis("y", i),
            "line": {"color": p.orange, "width": 2},
        }
        for i in range(2)
    ]


def over_depth(
    result: DenseMemory,
    depths: tuple[int, ...],
    chosen: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the bytes that are held over the number of layers: formulas as lines, measured as dots.

    Args:
        result: Blocks that were measured.
        depths: Numbers of layers for the lines.
        chosen: The number of layers to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    traces: list[dict[str, Any]] = []
    colors: dict[Keeping, str] = {"keep": p.gold, "checkpoint": p.blue}
    for keeping, color in colors.items():
        line = [result.formula_bytes(d, keeping) / 2**20 for d in depths]
        steps = [s for s in result.steps if s.keeping == keeping]
        plain = {"type": "scatter", "legendgroup": keeping}
        traces.append(
            plain
            | {
                "x": depths,
                "y": line,
                "mode": "lines",
                "name": _("{name}, formula").format(name=_(NAME[keeping])),
                "line": {"color": color, "width": 2},
                "hovertemplate": _("L = %{x}<br>formula: %{y:.3~g} MiB<extra></extra>"),
            }
        )
        traces.append(
            plain
            | {
                "x": [s.depth for s in steps],
                "y": [s.held_bytes / 2**20 for s in steps],
                "mode": "markers",
                "name": _("measured"),
                "marker": {"color": color, "size": 9},
                "hovertemplate": _("L = %{x}<br>measured: %{y:.4~g} MiB<extra></extra>"),
            }
        )
    layout = {
        "xaxis": {"title": {"text": _("layers, L")}, "tickvals": depths[2:]},
        "yaxis": {"title": {"text": _("held for the backward pass, MiB")}, "rangemode": "tozero"},
        "shapes": panels.marks(chosen, 1, p.orange),
        "showlegend": True,
    }
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=CURVE_HEIGHT, scale=scale)
    fig.layout.margin.t = round(34 * scale)
    return fig
