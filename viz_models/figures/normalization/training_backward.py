"""What a norm lets through on the way back: measured facts in, go.Figure out."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import GradientFacts

HEIGHT = 210  # px, of both
GROUPS = 8  # shown; a reader compares no more


def removed(facts: GradientFacts, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Mean of the gradient and its projection on x-hat, arriving (hollow) and passed on (filled).

    Args:
        facts: From `backward`; the first GROUPS groups are drawn.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    fig = make_subplots(cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    pairs = (
        (facts.mean_arriving, facts.mean_passed),
        (facts.projection_arriving, facts.projection_passed),
    )
    for column, (arriving, passed) in enumerate(pairs, start=1):
        for trace in _dumbbells(arriving[:GROUPS], passed[:GROUPS], theme.palette(dark)):
            fig.add_trace(trace.update(showlegend=column == 1 and bool(trace.name)), 1, column)
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(title_text=_("mean of the gradient"), col=1, nticks=5)
    fig.update_xaxes(title_text=_("projection on x̂"), col=2, nticks=5)
    fig.update_yaxes(title_text=_("group"), dtick=1, col=1)
    fig.update_yaxes(autorange="reversed", dtick=1)
    return fig


def _dumbbells(arriving: np.ndarray, passed: np.ndarray, p: theme.Palette) -> list[go.Scatter]:
    rows = np.arange(len(arriving))
    ends = np.stack([arriving, passed], axis=1)
    line = go.Scatter(
        x=[v for pair in ends.tolist() for v in (*pair, None)],
        y=[v for row in rows.tolist() for v in (row, row, None)],
        mode="lines",
        line={"color": theme.fade(p.blue, 0.5), "width": 1.5},
        hoverinfo="skip",
    )
    return [
        line,
        _points(arriving, _("arriving"), {"color": p.blue, "symbol": "circle-open", "size": 8}),
        _points(passed, _("passed on"), {"color": p.blue, "symbol": "circle", "size": 8}),
    ]


def _points(values: np.ndarray, name: str, marker: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        x=values,
        y=np.arange(len(values)),
        name=name,
        mode="markers",
        marker=marker,
        hovertemplate=_("group %{{y}}, {name}: %{{x:.3g}}<extra></extra>").format(name=name),
    )


def gradient_over_scale(
    facts: GradientFacts, fixed: GradientFacts, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Norm of dL/dx over the input's scale, both axes logarithmic.

    Args:
        facts: Of the norm that is shown.
        fixed: Of BatchNorm in eval mode, whose statistics do not follow the input.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for which, name, color, dash in (
        (fixed, _("eval mode"), p.gold, "dash"),
        (facts, _("this norm"), p.blue, "solid"),
    ):
        seen = which.gradient_norms > 0
        fig.add_scatter(
            x=which.scales[seen],
            y=which.gradient_norms[seen],
            name=name,
            mode="lines+markers",
            line={"color": color, "width": 2, "dash": dash},
            marker={"color": color, "size": 6},
            hovertemplate=_(
                "input × %{{x:g}}<br>{name}: ‖dL/dx‖ = %{{y:.4g}}<extra></extra>"
            ).format(name=name),
        )
    if facts.gradient_norms[-1] > 0:
        fig.add_trace(_guide(facts, p.muted))
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(type="log", dtick=1, title_text=_("input times"))
    fig.update_yaxes(type="log", dtick=1, title_text=_("‖dL/dx‖"), exponentformat="power")
    return fig


def _guide(facts: GradientFacts, color: str) -> go.Scatter:
    """Return what forgetting the scale altogether would give, through the largest scale."""
    return go.Scatter(
        x=facts.scales,
        y=facts.gradient_norms[-1] * facts.scales[-1] / facts.scales,
        name=_("slope −1"),
        mode="lines",
        line={"color": color, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
