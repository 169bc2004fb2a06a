"""Maps of the lesson on optimizers: every start in the color of where it ends."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.figures.train.optimizers import NAMES, labels_of
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import OPTIMIZERS, Terrain

MAPS = 400  # px
RING = 5.5  # px, radius of the start


def maps(
    labels: np.ndarray,
    minima: int,
    axes: tuple[np.ndarray, np.ndarray],
    titles: tuple[str, str],
    mark: tuple[float, float],
    *,
    log: bool,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw a map for each optimizer: every start in the color of where it ends.

    Args:
        labels: (K, rows, columns) int8.
        minima: How many there are.
        axes: What columns and rows stand for.
        titles: Of both axes.
        mark: The start that is shown above, in the axes' units.
        log: Whether rows are rates.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    kinds = labels_of(minima, dark)
    columns, rows = axes
    xs: dict[str, Any] = {"tickangle": 0, "nticks": 5, "showgrid": False, "zeroline": False}
    ys: dict[str, Any] = {"type": "log", "dtick": 1, "tickformat": "~g"} if log else {"nticks": 5}
    xs["range"] = [columns[0], columns[-1]]  # known, so that a ring that moves changes nothing else
    ys["range"] = [float(end) for end in (np.log10(rows) if log else rows)[[0, -1]]]
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            xs | ({"title": {"text": titles[0]}} if i > 2 else {}),
            ys
            | {"showgrid": False, "zeroline": False}
            | ({"title": {"text": titles[1]}} if i % 4 == 0 else {"showticklabels": False}),
        )
        for i in range(len(OPTIMIZERS))
    ]
    layout = panels.grid(
        [_(NAMES[o]) for o in OPTIMIZERS], pairs, columns=4, gap=0.025, scale=scale
    )
    traces: list[dict[str, Any]] = []
    rings = []
    for i, values in enumerate(labels):
        x, y = panels.axis("x", i), panels.axis("y", i)
        traces.append({**_map(values, columns, rows, kinds, titles), "xaxis": x, "yaxis": y})
        rings.append({**_mark(mark, p), "xref": x, "yref": y})
    traces += [_key(words, color) for _, words, color in kinds]
    fig = go.Figure(traces, layout | {"showlegend": True, "shapes": rings})
    theme.style(fig, dark=dark, height=MAPS, scale=scale)
    fig.update_layout(legend={"y": 1.07}, margin={"t": round(34 * scale)})
    return fig


def _map(
    values: np.ndarray,
    columns: np.ndarray,
    rows: np.ndarray,
    kinds: list[tuple[int, str, str]],
    titles: tuple[str, str],
) -> dict[str, Any]:
    codes = np.zeros(values.shape, np.uint8)
    for code, (label, _rest, _rest) in enumerate(kinds):
        codes[values == label] = code
    n = len(kinds)
    stops = [[(i + side) / n, color] for i, (_, _, color) in enumerate(kinds) for side in (0, 1)]
    return {
        "type": "heatmap",
        "z": codes,
        "x": columns,
        "y": rows,
        "zmin": -0.5,
        "zmax": n - 0.5,
        "colorscale": stops,
        "showscale": False,
        "hovertemplate": _(
            "{titles} %{{x:.3~g}}<br>{titles_2} %{{y:.3~g}}<br>click: start here<extra></extra>"
        ).format(titles=titles[0], titles_2=titles[1]),
    }


def _mark(mark: tuple[float, float], p: theme.Palette) -> dict[str, Any]:
    """Return a ring; as a shape, for when a trace moves Plotly draws every map anew."""
    return {
        "type": "circle",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": mark[0],
        "yanchor": mark[1],
        **{"x0": -RING, "x1": RING, "y0": -RING, "y1": RING},
        "line": {"color": p.orange, "width": 2.5},
    }


def _key(words: str, color: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [None],
        "y": [None],
        "mode": "markers",
        "marker": {"color": color, "symbol": "square", "size": 11},
        "name": words,
    }


def start_axes(terrain: Terrain, points: int) -> list[np.ndarray]:
    """Return where the starts of a grid lie along each weight."""
    return [np.linspace(lo, h, points) for lo, h in zip(terrain.low, terrain.high, strict=True)]
