"""Figure of the lesson on workers: how far the combined gradient is from the whole batch's."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.workers import Split, SplitCase

HEIGHT = 330  # px
LEAST = 1e-17  # where an exact zero is drawn
NAMES: dict[SplitCase, str] = {
    "equal": N_("equal parts"),
    "float64": N_("equal parts, float64"),
    "unequal": N_("unequal parts, mean"),
    "weighted": N_("unequal parts, weighted"),
    "masked": N_("labels missing, mean of means"),
    "counted": N_("labels missing, weighted"),
    "sum": N_("sum instead of mean"),
    "batch norm": "BatchNorm",
    "layer norm": "LayerNorm",
    "dropout": N_("Dropout"),
}


def gaps(found: Split, chosen: SplitCase, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw |g - G| / |G| of every case on a log scale: a point for each seed, and the median.

    Args:
        found: All cases.
        chosen: The case that the page shows.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for i, gap in enumerate(found.gaps):
        values = np.maximum(gap.gap, LEAST)
        color = p.orange if gap.case == chosen else p.blue
        fig.add_scatter(
            x=values, y=[i] * len(values), mode="markers", hoverinfo="skip",
            marker={"color": theme.fade(color, 0.35), "size": 7},
        )  # fmt: skip
        fig.add_scatter(
            x=[float(np.median(values))], y=[i], mode="markers",
            marker={"color": color, "size": 11, "symbol": "diamond"},
            hovertemplate=_("<b>{names}</b><br>median over {count} seeds: "
"%{{x:.2~g}}<extra></extra>").format(names=_(NAMES[gap.case]), count=len(values)),
        )  # fmt: skip
    fig.update_layout(showlegend=False)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(
        type="log", range=[-17.2, 0.6], tickvals=[1e-16, 1e-12, 1e-8, 1e-4, 1],
        ticktext=["1e−16", "1e−12", "1e−8", "1e−4", "100 %"],
        title_text=_("|combined − whole| ÷ |whole|"),
    )  # fmt: skip
    fig.update_yaxes(
        tickvals=list(range(len(found.gaps))),
        ticktext=[
            f"<b>{_(NAMES[g.case])}</b>" if g.case == chosen else _(NAMES[g.case])
            for g in found.gaps
        ],
        autorange="reversed",
        showgrid=False,
    )
    return fig
