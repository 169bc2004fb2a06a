"""Figures of the lesson on fast networks: ways at equal multiply-adds, and both units by step."""

from typing import Any

import plotly.graph_objects as go

from viz_models.digits import digits
from viz_models.figures import panels, theme
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records.vision.fast import FastWay, Unit, spread

HEIGHT = 300  # px
UNITS_HEIGHT = 300  # px
TITLES = (N_("million multiply-adds"), N_("million numbers moved"), N_("milliseconds"))
MILLION = 1e6
NAMES = (  # of ways and of steps, as measured and recorded; listed here for translators
    *(N_("1 group"), N_("{n} groups"), N_("1 piece"), N_("{n} in series"), N_("{n} parallel")),
    *(N_("neither"), N_("shortcut"), N_("both"), N_("channel shuffle")),
    *(
        N_("{n}×{n2} convolution, {n3} → {n4}"),
        N_("{n}×{n2} convolution, {n3} → {n4}, {n5} groups"),
    ),
    *(N_("{n}×{n2} depthwise, {n3}"), N_("ReLU of {n} channels")),
    *(N_("add the shortcut, {n} channels"), N_("concatenate both halves")),
)


def ways(
    found: tuple[FastWay, ...], *, timed: bool, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw for every way its multiply-adds, what it reads and writes, and its time.

    Args:
        found: Ways of one guideline, the one that obeys it on top.
        timed: Whether the times show; before the prediction they do not.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    names = [numbered(way.name) for way in found]
    values = ([way.macs / MILLION for way in found], [way.access / MILLION for way in found])
    traces = [_bars(names, v, i, p.muted if i == 0 else p.blue) for i, v in enumerate(values)]
    if timed:
        traces += _times(found, p)
    ends = [1.3 * max(v) for v in values]
    ends.append(1.25 * max(spread(way.milliseconds).high for way in found))
    rows = {"autorange": "reversed", "type": "category", "categoryarray": names, "showgrid": False}
    rows["ticksuffix"] = " "
    axes = [
        ({"range": [0, end], "nticks": 4}, rows | {"showticklabels": i == 0})
        for i, end in enumerate(ends)
    ]
    if not timed:
        axes[2] = ({"range": [0, 1], "showticklabels": False, "showgrid": False}, axes[2][1])
    layout = panels.grid(TITLES, axes, columns=3, gap=0.05, scale=scale)
    if not timed:
        layout["annotations"].append(_question(p, scale))
        traces.append(_bars(names, [0.0] * len(names), 2, p.orange))
    fig = go.Figure(traces, layout | {"showlegend": False})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.layout.margin.t = round(30 * scale)
    return fig


def _question(p: theme.Palette, scale: float) -> dict[str, Any]:
    return {
        "text": _("?<br>predict first"),
        "x": 0.5,
        "y": 0.5,
        "xref": "x3 domain",
        "yref": "y3 domain",
        "showarrow": False,
        "font": {"size": round(20 * scale), "color": p.muted},
    }


def _bars(names: list[str], values: list[float], panel: int, color: str) -> dict[str, Any]:
    said = [digits(v, 3) if v else "" for v in values]
    return {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": names,
        "text": said,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": color},
        "hovertemplate": f"%{{y}}: %{{text}} {_(TITLES[panel])}<extra></extra>",
        "xaxis": panels.axis("x", panel),
        "yaxis": panels.axis("y", panel),
    }


def _times(found: tuple[FastWay, ...], p: theme.Palette) -> list[dict[str, Any]]:
    """Return bars of medians with whiskers at the quartiles, and the medians in numbers."""
    names, spreads = (
        [numbered(way.name) for way in found],
        [spread(way.milliseconds) for way in found],
    )
    bars = _bars(names, [s.median for s in spreads], 2, p.gold)
    said = {
        "type": "scatter",
        "mode": "text",
        "x": [s.high for s in spreads],
        "y": names,
        "text": [f"  {text}" for text in bars["text"]],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "xaxis": bars["xaxis"],
        "yaxis": bars["yaxis"],
    }
    whiskers = {
        "type": "data",
        "symmetric": False,
        "array": [s.high - s.median for s in spreads],
        "arrayminus": [s.median - s.low for s in spreads],
        "color": p.text,
        "thickness": 1.5,
    }
    hover = _(
        "%{y}: median %{customdata[0]} ms<br>quartiles %{customdata[1]} and %{customdata[2]} ms"
    )
    bars |= {
        "text": None,
        "error_x": whiskers,
        "customdata": [[digits(v, 3) for v in (s.median, s.low, s.high)] for s in spreads],
        "hovertemplate": f"{hover}<extra></extra>",
    }
    return [bars, said]


def units(found: tuple[Unit, ...], *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw what every step of both units reads and writes, on one scale.

    Args:
        found: The units.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    most = 1.25 * max(step.access for unit in found for step in unit.steps) / MILLION
    traces, axes = [], []
    for i, unit in enumerate(found):
        rows = list(range(len(unit.steps)))
        traces.append(_steps(unit, i, p))
        axes.append(
            (
                {"range": [0, most], "nticks": 5, "title": {"text": _(TITLES[1])}},
                {
                    "tickvals": rows,
                    "ticktext": [_row(step.name, step.breaks) for step in unit.steps],
                    "range": [len(rows) - 0.4, -0.6],
                    "showgrid": False,
                    "zeroline": False,
                    "ticksuffix": " ",
                },
            )
        )
    layout = panels.grid([unit.name for unit in found], axes, gap=0.3, scale=scale)
    fig = go.Figure(traces, layout | {"showlegend": False})
    theme.style(fig, dark=dark, height=UNITS_HEIGHT, scale=scale)
    fig.layout.margin.t = round(30 * scale)
    return fig


def _row(name: str, breaks: str) -> str:
    return f"{numbered(name)}  <b>{breaks}</b>" if breaks else numbered(name)


def _steps(unit: Unit, panel: int, p: theme.Palette) -> dict[str, Any]:
    moved = [step.access / MILLION for step in unit.steps]
    colors = [p.gold if step.breaks else p.blue for step in unit.steps]
    bars = _bars([], moved, panel, "")
    return bars | {
        "y": list(range(len(moved))),
        "marker": {"color": colors},
        "customdata": [[f"{s.macs:,}", f"{s.access:,}", numbered(s.name)] for s in unit.steps],
        "hovertemplate": _(
            "%{customdata[2]}<br>%{customdata[1]} numbers moved<br>"
            "%{customdata[0]} multiply-adds<extra></extra>"
        ),
    }
