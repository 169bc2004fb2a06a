"""Figures of the lesson on architectures: how accurate the small twins became, seed by seed."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.architectures import BY_NAME, TwinCell, TwinRecord

TWINS_HEIGHT, CURVES_HEIGHT = 380, 330  # px
AS_IS = N_("ReLU, dropout, no LRN")
SAID = {
    "tanh": N_("tanh in place of ReLU"),
    "lrn": N_("with LRN"),
    "no dropout": N_("without dropout"),
}


def accuracies(
    record: TwinRecord, chosen: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the test accuracy of every twin: a mark is a seed, a line is their mean.

    Args:
        record: All trainings.
        chosen: Name of the network in orange.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    ordered = sorted(record.twins, key=lambda t: float(np.mean(t.accuracies)))
    for row, cell in enumerate(ordered):
        ink = p.orange if cell.name == chosen else p.blue
        fig.add_scatter(
            x=cell.accuracies,
            y=[row] * len(cell.accuracies),
            mode="markers",
            marker={"size": 8, "color": theme.fade(ink, 0.55)},
            customdata=list(record.seeds),
            hovertemplate=_(
                "<b>{title}</b>, seed %{{customdata}}<br>%{{x:.1%}}<extra></extra>"
            ).format(title=BY_NAME[cell.name].title),
        )
        fig.add_scatter(
            x=[float(np.mean(cell.accuracies))],
            y=[row],
            mode="markers",
            marker={"size": 18, "symbol": "line-ns", "line": {"color": ink, "width": 3}},
            hovertemplate=_("mean %{x:.1%}<extra></extra>"),
        )
    theme.style(fig, dark=dark, height=TWINS_HEIGHT, scale=scale)
    fig.update_layout(
        showlegend=False,
        xaxis={"tickformat": ".0%", "title": {"text": _("accuracy on the test digits")}},
        yaxis={
            "tickvals": list(range(len(ordered))),
            "ticktext": [BY_NAME[c.name].title for c in ordered],
            "automargin": True,
        },
    )
    return fig


def switch_curves(
    record: TwinRecord, chosen: str, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw test accuracy over steps of AlexNet's twin as it is, and with one thing changed.

    Lines are means over the seeds; bands go from the lowest to the highest seed.
    """
    p = theme.palette(dark)
    looks = len(record.twin("alexnet").curves[0])
    steps = [min(record.spec.look * i, record.spec.steps) for i in range(1, looks + 1)]
    shown: Mapping[str, TwinCell] = {AS_IS: record.twin("alexnet")} | {
        SAID[c.name]: c for c in record.switches if c.name == chosen
    }
    fig = go.Figure()
    for (name, cell), ink in zip(shown.items(), (p.blue, p.orange), strict=False):
        values = np.array(cell.curves)  # (seeds, looks)
        fig.add_trace(band(steps, values.min(0), values.max(0), ink))
        fig.add_scatter(
            x=steps,
            y=values.mean(0),
            name=name,
            mode="lines+markers",
            line={"color": ink, "width": 2.5},
            hovertemplate=_("<b>{name}</b>, step %{{x}}<br>%{{y:.1%}}<extra></extra>").format(
                name=_(name)
            ),
        )
    theme.style(fig, dark=dark, height=CURVES_HEIGHT, scale=scale)
    fig.update_layout(
        showlegend=True,
        xaxis={"title": {"text": _("steps")}},
        yaxis={"tickformat": ".0%", "range": [0, 1.02]},
    )
    return fig
