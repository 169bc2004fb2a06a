"""Figures of the lesson on GANs: the plane with both networks, their losses, and vanishing."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.gan import (
    GAN_PARTS,
    GanCurves,
    GanEnd,
    GanLoss,
    GanMoment,
    Vanishing,
)

LIMIT = 3.0  # of the plane, both ways
PLANE, LOSSES, VANISHING, ENDS = 318, 128, 226, 190  # px
LONGEST = 0.8  # of an arrow, in units of the plane
REACH = 0.3  # length of an arrow for a gradient of 1
NAMES: dict[GanLoss, str] = {"saturating": "log(1 − D)", "non-saturating": N_("−log D")}
LN2 = math.log(2)


def plane(
    moment: GanMoment, real: np.ndarray, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the plane: D as a ground of blue, real points gray, fakes orange, and their arrows.

    Args:
        moment: Fakes, D over the plane, and where the fakes' own losses would have them go.
        real: (N, 2) real points.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    heat = moment.heat.astype(np.float32) / 255
    fakes = moment.fakes.astype(np.float32)
    traces = [
        *ground(heat, p),
        dots("real", real, theme.fade(p.text, 0.55), 3),
        dots("fake", fakes, p.orange, 4),
        arrows(fakes[: len(moment.pushes)], moment.pushes, p.text),
    ]
    return square(go.Figure(traces), dark=dark, scale=scale)


def ground(heat: np.ndarray, p: theme.Palette) -> list[dict[str, Any]]:
    """Return D as a ground of blue, and the dotted line where it is 0.5."""
    side = np.linspace(-LIMIT, LIMIT, len(heat))
    shared = {"x": side, "y": side, "z": np.round(heat, 3), "showscale": False}
    hover = _("D = %{z:.3f} at (%{x:.2f}, %{y:.2f})<extra></extra>")
    pale = [[0, theme.fade(p.blue, 0)], [1, theme.fade(p.blue, 0.6)]]
    line = {"color": p.blue, "width": 1.2, "dash": "dot"}
    contours = {"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"}
    return [
        shared
        | {
            "type": "heatmap",
            "zmin": 0,
            "zmax": 1,
            "zsmooth": "best",
            "colorscale": pale,
            "hovertemplate": hover,
        },
        shared | {"type": "contour", "contours": contours, "line": line, "hoverinfo": "skip"},
    ]


def dots(name: str, points: np.ndarray, color: str, size: float) -> dict[str, Any]:
    """Return points in one color."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": points[:, 0],
        "y": points[:, 1],
        "marker": {"color": color, "size": size},
        "hoverinfo": "skip",
    }


def arrows(points: np.ndarray, pushes: np.ndarray, color: str) -> dict[str, Any]:
    """Return lines with a head, as long as the gradient; the longest ones are cut."""
    lengths = np.linalg.norm(pushes, axis=1, keepdims=True)
    shown = pushes * np.minimum(REACH, LONGEST / np.maximum(lengths, 1e-9))
    ends = points + shown
    gap = np.full(len(points), np.nan)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _("where its loss pushes it"),
        "x": np.stack([points[:, 0], ends[:, 0], gap], axis=1).ravel(),
        "y": np.stack([points[:, 1], ends[:, 1], gap], axis=1).ravel(),
        "line": {"color": color, "width": 1.2},
        "marker": {"symbol": "arrow", "angleref": "previous", "size": [0, 6, 0] * len(points)},
        "hoverinfo": "skip",
    }


def square(fig: go.Figure, *, dark: bool, scale: float, height: int = PLANE) -> go.Figure:
    """Give a figure the axes of the plane; returns the same figure."""
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=height, scale=scale)
    plain = {"range": [-LIMIT, LIMIT], "showgrid": False, "zeroline": False}
    fig.update_xaxes(**plain, constrain="domain", tickvals=[-2, 0, 2])
    fig.update_yaxes(**plain, scaleanchor="x", constrain="domain", tickvals=[-2, 0, 2])
    return fig


def losses(
    curves: GanCurves, loss: GanLoss, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw both losses over the steps, with the values for a D that cannot tell (D = 0.5).

    Args:
        curves: Of one run.
        loss: Of the generator.
        chosen: The step to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    rest = -LN2 if loss == "saturating" else LN2
    fig = go.Figure()
    for name, values, color, line in (
        (_("D's loss"), curves.d_loss, p.blue, 2 * LN2),
        (_("G's loss {names}").format(names=_(NAMES[loss])), curves.g_loss, p.gold, rest),
    ):
        fig.add_scatter(
            x=curves.steps,
            y=values,
            name=name,
            line={"color": color, "width": 1.8},
            hovertemplate=_("{name}<br>step %{{x}}: %{{y:.3f}}<extra></extra>").format(name=name),
        )
        fig.add_hline(y=line, line={"color": color, "width": 1, "dash": "dot"})
    fig.add_vline(x=chosen, line={"color": p.orange, "width": 1.5})
    theme.style(fig, dark=dark, height=LOSSES, scale=scale)
    fig.update_yaxes(
        tickvals=[rest, 2 * LN2],
        ticktext=[_("−ln 2") if rest < 0 else _("ln 2"), _("2 ln 2")],
        range=_range(curves, rest),
    )
    fig.update_xaxes(rangemode="tozero")
    fig.update_layout(margin_t=round(22 * scale))
    return fig


def _range(curves: GanCurves, rest: float) -> list[float]:
    """Return the ends of the axis: both losses and both dotted lines, with some air."""
    both = np.concatenate([curves.d_loss, curves.g_loss, [rest, 2 * LN2]])
    low, high = float(both.min()), float(both.max())
    air = 0.15 * (high - low)
    return [low - air, high + air]


def vanishing(found: Vanishing, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the gradient that reaches a fresh generator over D of its fakes, for both losses.

    Lines are medians over the seeds; thin lines are the seeds.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for name, values, color in (
        (NAMES["saturating"], found.saturating, p.gold),
        (_(NAMES["non-saturating"]), found.non_saturating, p.blue),
    ):
        for x, y in zip(found.d_fake, values, strict=True):
            fig.add_scatter(
                x=x, y=y, showlegend=False, hoverinfo="skip",
                line={"color": theme.fade(color, 0.3), "width": 1},
            )  # fmt: skip
        fig.add_scatter(
            x=np.median(found.d_fake, axis=0),
            y=np.median(values, axis=0),
            customdata=found.steps,
            name=name,
            mode="lines+markers",
            line={"color": color, "width": 2.2},
            marker={"size": 5},
            hovertemplate=_(
                "<b>{name}</b><br>after %{{customdata}} steps of D alone"
                "<br>D of the fakes %{{x:.2~g}}, gradient %{{y:.2~g}}<extra></extra>"
            ).format(name=name),
        )
    theme.style(fig, dark=dark, height=VANISHING, scale=scale)
    fig.update_xaxes(
        type="log", autorange="reversed", title_text=_("D of the fakes: D becomes better →"),
        tickvals=[0.5, 0.1, 0.01, 0.001],
    )  # fmt: skip
    fig.update_yaxes(
        type="log", title_text=_("gradient norm at G"), tickvals=[0.001, 0.01, 0.1, 1, 10]
    )
    return fig


def ends(
    rows: dict[str, list[GanEnd]], chosen: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw how many parts of the data each seed found, a row for each choice.

    Args:
        rows: Name of a choice -> its runs by seed.
        chosen: The optimizer's name that the page shows; its rows are drawn strongly.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for i, (name, runs) in enumerate(rows.items()):
        color = p.gold if NAMES["saturating"] in name else p.blue
        spread = np.linspace(-0.24, 0.24, len(runs)) if len(runs) > 1 else [0.0]
        fig.add_scatter(
            x=[r.parts for r in runs],
            y=i + np.asarray(spread),
            customdata=[[r.spec.seed, r.near] for r in runs],
            mode="markers",
            opacity=1 if name.endswith(chosen) else 0.45,
            marker={"color": color, "size": 9, "line": {"color": p.ground, "width": 1}},
            hovertemplate=_(
                "<b>{name}</b>, seed %{{customdata[0]}}<br>%{{x}} of 8 parts, "
                "%{{customdata[1]:.0%}} of the fakes near the data<extra></extra>"
            ).format(name=name),
        )
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=ENDS, scale=scale)
    fig.update_xaxes(
        range=[-0.4, GAN_PARTS + 0.4], dtick=1, title_text=_("parts of the data found, of 8")
    )
    fig.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=list(rows), autorange="reversed", showgrid=False
    )
    return fig
