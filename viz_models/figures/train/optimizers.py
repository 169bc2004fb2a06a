"""Figures of the lesson on optimizers: where all starts end, over rates, and schedules."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.records.train.optimizers import (
    GONE,
    OPTIMIZERS,
    WALKING,
    Basins,
    OptimizerKey,
    ScheduleName,
    Sweep,
    Terrain,
)

NAMES: dict[OptimizerKey, str] = {
    "sgd": "SGD",
    "momentum": "momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
SCHEDULES: dict[ScheduleName, str] = {
    "constant": "constant",
    "step": "StepLR",
    "cosine": "cosine",
    "warmup": "warm-up",
}
ROW, MAPS, CURVES = 30, 400, 290  # px
_PLACES = (0.22, 0.5, 0.72, 0.95)  # of the sequential scale, the lowest minimum first


def optimizer_colors(dark: bool) -> dict[OptimizerKey, str]:
    """Return one color for each optimizer."""
    return dict(zip(OPTIMIZERS, theme.palette(dark).categorical, strict=False))


def valley_color(rank: int) -> str:
    """Return the color of a minimum, 0 the lowest; the same in both themes."""
    table = theme.sampled("sequential", 101)
    r, g, b = table[round(100 * _PLACES[min(rank, len(_PLACES) - 1)])]
    return f"#{r:02x}{g:02x}{b:02x}"


def valley_ink(rank: int) -> str:
    """Return a color that can be read on that of a minimum."""
    return theme.LIGHT.text if rank >= 2 else theme.LIGHT.ground


def labels_of(minima: int, dark: bool) -> list[tuple[int, str, str]]:
    """Return label, words and color of everything that can become of a start."""
    p = theme.palette(dark)
    if minima == 1:
        found = [(0, "at the minimum", valley_color(0))]
    else:
        found = [
            (i, f"minimum {i + 1}{', the lowest' if i == 0 else ''}", valley_color(i))
            for i in range(minima)
        ]
    return [*found, (WALKING, "not arrived", p.border), (GONE, "gone: left the picture", p.red)]


def shares(basins: Basins, minima: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw for each optimizer which share of the starts ends where, as one bar."""
    names = [NAMES[o] for o in OPTIMIZERS]
    fig = go.Figure()
    for label, words, color in labels_of(minima, dark):
        values = [basins.share(o, label) for o in OPTIMIZERS]
        if not any(values):
            continue
        fig.add_bar(
            name=words,
            y=names,
            x=values,
            orientation="h",
            marker={"color": color, "line": {"width": 0}},
            text=[f"{v:.0%}" if v >= 0.08 else "" for v in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": _ink(label, dark)},
            hovertemplate=f"%{{y}}: {words}<br>%{{x:.1%}} of the starts<extra></extra>",
        )
    theme.style(fig, dark=dark, height=ROW * len(names) + 96, scale=scale)
    fig.update_layout(barmode="stack", bargap=0.22, legend={"traceorder": "normal"})
    fig.update_xaxes(range=[0, 1], tickformat=".0%", title_text="share of the starts")
    fig.update_yaxes(autorange="reversed", showgrid=False)
    return fig


def _ink(label: int, dark: bool) -> str:
    if label >= 0:
        return valley_ink(label)
    if label == GONE:
        return theme.palette(dark).ground
    return theme.palette(dark).text


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
    layout = panels.grid([NAMES[o] for o in OPTIMIZERS], pairs, columns=4, gap=0.025, scale=scale)
    traces: list[dict[str, Any]] = []
    for i, values in enumerate(labels):
        place = {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        traces += [
            {**_map(values, columns, rows, kinds, titles), **place},
            {**_mark(mark, p), **place},
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
    for code, (label, _, _) in enumerate(kinds):
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
        "hovertemplate": f"{titles[0]} %{{x:.3~g}}<br>{titles[1]} %{{y:.3~g}}<extra></extra>",
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


def over_rates(sweep: Sweep, rate: float, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the share of starts at the lowest minimum, and the steps until they arrive anywhere."""
    colors = optimizer_colors(dark)
    traces: list[dict[str, Any]] = []
    for name in OPTIMIZERS:
        line = {
            "type": "scatter",
            "x": sweep.rates,
            "mode": "lines",
            "name": NAMES[name],
            "line": {"color": colors[name], "width": 2},
        }
        hover = f"<b>{NAMES[name]}</b>, rate %{{x:.3~g}}<br>"
        traces += [
            line
            | {
                "y": sweep.share(name, 0),
                "hovertemplate": hover + "%{y:.1%} of the starts<extra></extra>",
            },
            line
            | {
                "y": sweep.median_steps(name),
                "xaxis": "x2",
                "yaxis": "y2",
                "showlegend": False,
                "hovertemplate": hover + "%{y:.0f} steps<extra></extra>",
            },
        ]
    lowest = "at the minimum" if sweep.minima == 1 else "at the lowest minimum"
    x = {"type": "log", "dtick": 1, "tickformat": "~g", "title": {"text": "learning rate"}}
    layout = panels.grid(
        (f"share of the starts {lowest}", "steps until half of those that arrive are there"),
        [(x, {"range": [0, 1.03], "tickformat": ".0%"}), (x, {"rangemode": "tozero"})],
        gap=0.08,
        scale=scale,
    )
    if rate > 0:
        layout["shapes"] = panels.marks(rate, 2, theme.palette(dark).orange)
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=CURVES, scale=scale)
    fig.update_layout(legend={"y": 1.14}, margin={"t": round(60 * scale)})
    return fig


def schedules(
    rates: tuple[tuple[ScheduleName, tuple[float, ...], float], ...],
    chosen: ScheduleName,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the learning rate of every step under each schedule; the chosen one is orange."""
    p = theme.palette(dark)
    fig = go.Figure()
    for (name, values, _), color in zip(rates, p.categorical, strict=False):
        mine = name == chosen
        fig.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            name=SCHEDULES[name],
            mode="lines",
            line={
                "color": p.orange if mine else color,
                "width": 3 if mine else 1.7,
                "shape": "hv" if name == "step" else "linear",
            },
            hovertemplate=f"<b>{SCHEDULES[name]}</b>, step %{{x}}<br>rate %{{y:.3~g}}"
            "<extra></extra>",
        )
    theme.style(fig, dark=dark, height=230, scale=scale)
    fig.update_xaxes(title_text="step")
    fig.update_yaxes(title_text="learning rate", rangemode="tozero")
    return fig


def terrain_tints(dark: bool) -> tuple[tuple[int, ...], ...]:
    """Return the colors of the lowest and the highest loss of a map, and of the lines between."""
    if dark:
        return (9, 13, 18), (52, 64, 82), (70, 84, 104)
    return (205, 216, 230), (253, 254, 255), (170, 184, 202)


def start_axes(terrain: Terrain, points: int) -> list[np.ndarray]:
    """Return where the starts of a grid lie along each weight."""
    return [np.linspace(lo, h, points) for lo, h in zip(terrain.low, terrain.high, strict=True)]
