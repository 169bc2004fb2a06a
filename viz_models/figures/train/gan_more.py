"""More figures of the lesson on GANs: one update in slow motion, and the training on digits."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.figures.train import gan as plane
from viz_models.language import gettext as _
from viz_models.records.train.gan import DigitGanCurves, GanUpdate

SLOW, DIGITS = 360, 250  # px


def slow_motion(
    found: GanUpdate, stage: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw one part of an update of both networks.

    0: the forward pass. 1: D's gradient; large points pull more. 2: D's step, with the old line of
    D = 0.5 in gray. 3: G's gradient through D. 4: G's step; pale points are the fakes before.

    Args:
        found: The update.
        stage: Which part.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    gray, size = theme.fade(p.text, 0.6), 6
    real, fake = (
        plane.dots("real", found.real, gray, size),
        plane.dots("fake", found.fakes, p.orange, size),
    )
    traces = plane.ground(found.heat if stage < 2 else found.heat_after, p)
    if stage == 1:
        for dots, pulls in ((real, found.pulls_real), (fake, found.pulls_fake)):
            dots["marker"] = dots["marker"] | {"size": 2 + 14 * np.abs(pulls)}
    if stage == 2:
        old = plane.ground(found.heat, p)[1]
        traces.append(old | {"line": {"color": p.muted, "width": 1.2, "dash": "dot"}})
    traces += [real, fake]
    if stage == 3:
        traces.append(plane.arrows(found.fakes, found.pushes, p.text))
    if stage == 4:
        traces[-1] = plane.dots("before", found.fakes, theme.fade(p.orange, 0.35), size)
        traces.append(plane.arrows(found.fakes, (found.moved - found.fakes) / plane.REACH, p.text))
        traces.append(plane.dots("fake", found.moved, p.orange, size))
    return plane.square(go.Figure(traces), dark=dark, scale=scale, height=SLOW)


def digit_curves(
    found: DigitGanCurves, judge: float, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw both losses, and how many fakes are read rightly, over the training of the generators.

    Args:
        found: Of several seeds.
        judge: Share of real test digits that the judge reads rightly.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    layout = panels.grid(
        (_("both losses"), _("fakes read as asked")),
        [({"title": {"text": _("step")}}, {"rangemode": "tozero"}),
         ({"title": {"text": _("step")}}, {"tickformat": ".0%", "range": [0, 1.05]})],
        scale=scale,
    )  # fmt: skip
    traces: list[dict[str, Any]] = []
    for name, values, color, axis in (
        (_("D's loss"), found.d_loss, p.blue, ""),
        (_("G's loss −log D"), found.g_loss, p.gold, ""),
        (_("read as asked"), found.read, p.green, "2"),
    ):
        place = {"type": "scatter", "x": found.steps, "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        thin = {"line": {"color": theme.fade(color, 0.3), "width": 1}, "hoverinfo": "skip"}
        traces += [place | thin | {"y": row, "showlegend": False} for row in values]
        bold = {"name": name, "y": values.mean(axis=0), "line": {"color": color, "width": 2.2}}
        traces.append(place | bold | {"hovertemplate": f"{name}<br>%{{y:.3f}}<extra></extra>"})
    layout["shapes"] = [
        _level(2 * plane.LN2, p.blue, ""),
        _level(plane.LN2, p.gold, ""),
        _level(judge, p.muted, "2"),
    ]
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=DIGITS, scale=scale)
    fig.layout.legend.y = 1.12
    fig.layout.margin.t = round(44 * scale)
    return fig


def _level(y: float, color: str, axis: str) -> dict[str, Any]:
    line = {"color": color, "width": 1, "dash": "dot"}
    across = {"xref": f"x{axis} domain", "x0": 0, "x1": 1}
    return {"type": "line", **across, "yref": f"y{axis}", "y0": y, "y1": y, "line": line}
