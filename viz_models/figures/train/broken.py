"""Curves of broken training runs beside healthy ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.broken import BrokenRun

HEIGHT = 400  # px
SMOOTH = 3  # batches that one point of a curve is the mean of
TITLES = (N_("training loss, nats"), N_("gradient norm"), N_("accuracy on test digits"))


def curves(
    groups: Sequence[tuple[str, Sequence[BrokenRun]]],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw loss, gradient and accuracy of several groups of runs.

    Args:
        groups: Name and runs, the healthy ones first: a line for the mean, a band for the range.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    traces: list[dict[str, Any]] = []
    for (name, runs), color in zip(groups, (p.blue, p.red), strict=False):
        for i, (x, table) in enumerate(_tables(runs)):
            traces += _band(i, name, x, table, color)
    step = {"title": {"text": _("step")}}
    log = {"type": "log", "nticks": 6, "tickformat": "~g"}
    layout = panels.grid(
        TITLES,
        [(step, log), (step, log), (step, {"range": [0, 1.02], "tickformat": ".0%"})],
        columns=3,
        gap=0.06,
        scale=scale,
    )
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(legend={"y": 1.09}, margin={"t": round(46 * scale)})
    return fig


def _tables(runs: Sequence[BrokenRun]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each panel the steps and the values, one row a run."""
    steps = np.arange(1, len(runs[0].losses) + 1)
    size = min(SMOOTH, len(steps))
    ends = steps[size - 1 :: size]
    by_step = [
        np.array([_means(getattr(r, name), size, len(ends)) for r in runs])
        for name in ("losses", "gradients")
    ]
    tests = np.array([r.test_accuracies for r in runs])
    return [(ends, by_step[0]), (ends, by_step[1]), (runs[0].tested, tests)]


def _means(values: np.ndarray, size: int, count: int) -> np.ndarray:
    return values[: size * count].reshape(count, size).mean(-1)


def _band(
    panel: int, name: str, x: np.ndarray, table: np.ndarray, color: str
) -> list[dict[str, Any]]:
    place = {"xaxis": panels.axis("x", panel), "yaxis": panels.axis("y", panel)}
    plain = {"type": "scatter", "x": x, "mode": "lines", "legendgroup": name, **place}
    edge = plain | {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    shown = "%{y:.1%}" if panel == 2 else "%{y:.3~g}"
    mean = plain | {
        "y": table.mean(0),
        "name": name,
        "line": {"color": color, "width": 2.5},
        "showlegend": panel == 0,
        "hovertemplate": _("<b>{name}</b>, step %{{x}}<br>{shown}<extra></extra>").format(
            name=name, shown=shown
        ),
    }
    if len(table) == 1:
        return [mean]
    upper = {"y": table.max(0), "fill": "tonexty", "fillcolor": theme.fade(color, 0.2)}
    return [edge | {"y": table.min(0)}, edge | upper, mean]
