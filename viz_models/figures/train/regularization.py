"""Regularization on few digits: curves, paired differences and weights, as figures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.digits import digits, signed
from viz_models.figures import panels, theme
from viz_models.figures.band import band
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.paired import Paired
from viz_models.records.train.regularization import (
    STRENGTHS,
    Method,
    RegularizedCell,
    RegularizedGrid,
    RegularizeSpec,
)

CURVES_HEIGHT, ROW, WEIGHTS_HEIGHT = 292, 60, 236  # px
NAMES: dict[Method, str] = {
    "none": N_("none"),
    "l1": "L1",
    "l2": "L2",
    "adamw": N_("AdamW’s decay"),
    "dropout": N_("dropout"),
    "shift": N_("shift"),
    "mirror": N_("mirror"),
    "early": N_("early stopping"),
}
LOOK = RegularizeSpec().look  # epochs between two points
LOWEST = 1e-4  # nats: below, a training loss of a memorized set says nothing more


def curves(
    plain: RegularizedCell,
    chosen: RegularizedCell,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw loss and accuracy over epochs: training dotted, test solid.

    Args:
        plain: Without regularization.
        chosen: With it; orange.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    titles = (_("cross entropy (nats)"), _("accuracy"))
    x = {"title": {"text": _("epoch")}, "rangemode": "tozero"}
    loss = {"type": "log", "range": [-3.6, 0.5], "dtick": 1, "tickformat": "~g"}
    accuracy = {"range": [0.68, 1.015], "tickformat": ".0%"}
    fig = go.Figure(layout=panels.grid(titles, [(x, loss), (x, accuracy)], scale=scale))
    for i, what in enumerate(("losses", "accuracies")):
        for k, (cell, color) in enumerate(((plain, p.muted), (chosen, p.orange))):
            name = _(NAMES[cell.method]) if k else _("no regularization")
            for part, dash in ((N_("train"), "dot"), (N_("test"), "solid")):
                values = getattr(cell, f"{part}_{what}")
                for trace in _line(values, color, dash, f"{name}, {_(part)}", named=i == 0):
                    fig.add_trace(
                        trace.update(xaxis=panels.axis("x", i), yaxis=panels.axis("y", i))
                    )
    theme.style(fig, dark=dark, height=CURVES_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(24 * scale), margin_b=round(64 * scale))
    fig.update_layout(legend={"y": -0.2, "yanchor": "top"})
    return fig


def _line(values: np.ndarray, color: str, dash: str, name: str, *, named: bool) -> list[go.Scatter]:
    found = []
    middle = values[:, 1]
    known = np.isfinite(middle)
    x = LOOK * np.arange(1, len(middle) + 1)[known]
    if dash == "solid":
        found.append(band(x, values[known, 0], values[known, 2], color))
    found.append(
        go.Scatter(
            x=x,
            y=np.maximum(middle[known], LOWEST),
            name=name,
            mode="lines",
            line={"color": color, "width": 2, "dash": dash},
            showlegend=named,
            hovertemplate=_("<b>{name}</b>, epoch %{{x}}<br>%{{y:.4~g}}<extra></extra>").format(
                name=name
            ),
        )
    )
    return found


def differences(
    grid: RegularizedGrid,
    method: Method,
    strength: float,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw every method at every strength against no regularization, paired by seed.

    A filled mark says that the 95 % interval leaves out zero. The weakest strength of a method
    stands at the top of its rows.

    Args:
        grid: All recorded runs.
        method: The chosen one, drawn in orange at its strength.
        strength: The chosen one.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    titles = (_("test accuracy (points)"), _("test loss (nats)"))
    rows = {"range": [len(STRENGTHS) - 0.45, -0.55], "showgrid": False, "zeroline": False}
    named = rows | {
        "tickvals": list(range(len(STRENGTHS))),
        "ticktext": [NAMES[m] for m in STRENGTHS],
    }
    bare = rows | {"showticklabels": False}
    x = {"zeroline": True, "zerolinewidth": 1.5}
    axes = [(x, named), (x, bare)]
    fig = go.Figure(layout=panels.grid(titles, axes, gap=0.05, scale=scale))
    for i, (what, unit) in enumerate((("accuracy_difference", 100.0), ("loss_difference", 1.0))):
        for row, (name, strengths) in enumerate(STRENGTHS.items()):
            cells = [grid.cell(name, s) for s in strengths]
            found = [getattr(c, what) for c in cells]
            at = [row + 0.15 * (k - (len(cells) - 1) / 2) for k in range(len(cells))]
            inks = [p.orange if (name, s) == (method, strength) else p.blue for s in strengths]
            for trace in _whiskers(found, at, inks, unit, [_said(c) for c in cells]):
                trace |= {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
                fig.add_trace(trace)
    theme.style(fig, dark=dark, height=ROW * len(STRENGTHS) + 60, scale=scale)
    fig.update_layout(showlegend=False, margin_t=round(24 * scale))
    return fig


def _said(cell: RegularizedCell) -> str:
    return f"<b>{_(NAMES[cell.method])}</b>, {digits(cell.strength)}"


def _whiskers(
    found: Sequence[Paired],
    at: Sequence[float],
    inks: Sequence[str],
    unit: float,
    said: Sequence[str],
) -> list[dict[str, Any]]:
    """Return a point with its interval for each difference, a trace each: colors differ."""
    return [
        {
            "type": "scatter",
            "x": [unit * d.mean],
            "y": [y],
            "mode": "markers",
            "error_x": {
                "type": "data",
                "array": [unit * (d.high - d.mean)],
                "color": ink,
                "thickness": 1.3,
                "width": 0,
            },
            "marker": {
                "size": 7,
                "color": ink,
                "symbol": "circle" if d.decided else "circle-open",
            },
            "hovertemplate": _(
                "{name}<br>{signed}, 95 % interval "
                "{signed_2} to {signed_3}<br>{n} pairs: {verdict}"
                "<extra></extra>"
            ).format(
                name=name,
                signed=signed(unit * d.mean, 3),
                signed_2=signed(unit * d.low, 3),
                signed_3=signed(unit * d.high, 3),
                n=d.n,
                verdict=_(d.verdict),
            ),
        }
        for d, y, ink, name in zip(found, at, inks, said, strict=True)
    ]


def weights(
    plain: RegularizedCell,
    chosen: RegularizedCell,
    edges: np.ndarray,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw how large the weights are, all seeds together, with and without regularization."""
    p = theme.palette(dark)
    fig = go.Figure()
    middle = (edges[:-1] + edges[1:]) / 2
    for cell, color, name in (
        (plain, p.muted, _("no regularization")),
        (chosen, p.orange, _(NAMES[chosen.method])),
    ):
        share = cell.counts / cell.counts.sum()
        fig.add_scatter(
            x=middle,
            y=np.where(share > 0, share, np.nan),
            name=name,
            mode="lines",
            line={"color": color, "width": 1.5, "shape": "hvh"},
            hovertemplate=_(
                "<b>{name}</b><br>%{{y:.2~%}} of the weights near %{{x:.2f}}<extra></extra>"
            ).format(name=name),
        )
    theme.style(fig, dark=dark, height=WEIGHTS_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(24 * scale))
    fig.update_xaxes(title_text=_("weight (the outer bins hold all beyond)"))
    fig.update_yaxes(title_text=_("share of all weights"), type="log", tickformat="~%", dtick=1)
    return fig
