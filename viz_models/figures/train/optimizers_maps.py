"""Maps of the lesson on optimizers: every start in the color of where it ends."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.figures.train.optimizers import NAMES, labels_of
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import OPTIMIZERS, Terrain

MAPS = 400  # px


def maps(
    labels: np.ndarray,
    minima: int,
    axes: tuple[np.ndarray, np.ndarray],
    titles: tuple[str, str],
    mark: tuple[float, float],
    spots: tuple[np.ndarray, np.ndarray],
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
        spots: Where columns and rows can be clicked.
        log: Whether rows are rates.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    kinds = labels_of(minima, dark)
    columns, rows = axes
    xs = {"tickangle": 0, "nticks": 5, "showgrid": False, "zeroline": False}
    ys = {"type": "log", "dtick": 1, "tickformat": "~g"} if log else {"nticks": 5}
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
    for i, values in enumerate(labels):
        place = {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        traces += [
            {**_map(values, columns, rows, kinds, titles), **place},
            {**_mark(mark, p), **place},
            {**_spots(spots, titles), **place},
        ]
    traces += [_key(words, color) for _, words, color in kinds]
    fig = go.Figure(traces, layout | {"showlegend": True})
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
        "hoverinfo": "skip",
    }


def _spots(spots: tuple[np.ndarray, np.ndarray], titles: tuple[str, str]) -> dict[str, Any]:
    """Return what a click on a map finds: a heatmap itself cannot be selected."""
    x, y = (found.ravel().astype(np.float32) for found in np.meshgrid(*spots))
    unseen = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "marker": {"opacity": 0, "size": 8},
        "selected": unseen,
        "unselected": unseen,
        "hovertemplate": _(
            "{titles} %{{x:.3~g}}<br>{titles_2} %{{y:.3~g}}<br>click: start here<extra></extra>"
        ).format(titles=titles[0], titles_2=titles[1]),
        "showlegend": False,
    }


def _mark(mark: tuple[float, float], p: theme.Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [mark[0]],
        "y": [mark[1]],
        "mode": "markers",
        "marker": {
            "color": "rgba(0,0,0,0)",
            "size": 11,
            "line": {"color": p.orange, "width": 2.5},
        },
        "hoverinfo": "skip",
        "showlegend": False,
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
