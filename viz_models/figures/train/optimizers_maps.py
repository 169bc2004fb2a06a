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
BORDER = 0.04  # of a map, around it


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
    # The ranges are given, so that a ring that moves changes nothing else.
    xs["range"] = _with_border(columns)
    ys["range"] = _with_border(np.log10(rows) if log else rows)
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


def _with_border(along: np.ndarray) -> list[float]:
    """Return the range of an axis, with room for a ring on the first and on the last place."""
    low, high = float(along[0]), float(along[-1])
    room = BORDER * (high - low)
    return [low - room, high + room]


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
    """Return a ring. It is a shape: if it were a trace, its move would draw every map anew."""
    return {
        "type": "path",  # Plotly cuts a circle in half where the axis is logarithmic
        "path": _ring(RING),
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": mark[0],
        "yanchor": mark[1],
        "line": {"color": p.orange, "width": 2.5},
    }


def _ring(r: float) -> str:
    """Return a circle around the anchor in px, of four curves."""
    k = r * 4 * (2**0.5 - 1) / 3  # how far the handles of a quarter reach
    quarters = ((r, k, k, r, 0, r), (-k, r, -r, k, -r, 0), (-r, -k, -k, -r, 0, -r))
    curves = (*quarters, (k, -r, r, -k, r, 0))
    return f"M{r:g},0" + "".join(
        "C{:.2f},{:.2f} {:.2f},{:.2f} {:.2f},{:.2f}".format(*curve) for curve in curves
    )


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
