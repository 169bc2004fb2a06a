"""Figures further down the lesson on regularization: decay, labels, ensembles."""

import numpy as np
import plotly.graph_objects as go

from viz_models.digits import signed
from viz_models.figures import panels, theme
from viz_models.figures.band import band
from viz_models.language import gettext as _
from viz_models.records.train.regularization import (
    DecayResult,
    EnsembleGrid,
    RegularizedCell,
)

HEIGHT = 262  # px


def shrink_over_gradient(
    result: DecayResult, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw what share of a weight one step takes away, over the size of the weight's gradients."""
    p = theme.palette(dark)
    fig = go.Figure()
    inks = {"SGD": p.muted, "Adam": p.gold, "AdamW": p.blue}
    names = {
        "SGD": _("SGD, weight_decay"),
        "Adam": _("Adam, weight_decay (= L2)"),
        "AdamW": "AdamW",
    }
    for name, values in result.shrink.items():
        fig.add_scatter(
            x=result.gradient_sizes,
            y=np.where(values > 0, values, np.nan),
            name=names[name],
            mode="lines+markers",
            line={
                "color": inks[name],
                "width": 2,
                "dash": "dot" if name == "SGD" else "solid",
            },
            marker={"size": 6},
            hovertemplate=_(
                "<b>{names}</b><br>one step takes %{{y:.2~%}} of a weight"
                "<br>whose gradients have the size %{{x:.2~g}}<extra></extra>"
            ).format(names=names[name]),
        )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(24 * scale))
    fig.update_xaxes(
        title_text=_("size of a weight’s gradients, √v"),
        type="log",
        dtick=1,
        exponentformat="power",
    )
    fig.update_yaxes(title_text=_("taken away by one step"), type="log", dtick=1, tickformat="~%")
    return fig


def recall_by_digit(
    plain: RegularizedCell, chosen: RegularizedCell, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw for each digit what the chosen method changes, seed by seed and on average."""
    p = theme.palette(dark)
    change = 100 * (chosen.recalls.astype(float) - plain.recalls)
    mean = change.mean(0)
    fig = go.Figure()
    fig.add_bar(
        x=[str(k) for k in range(10)],
        y=mean,
        marker={"color": [p.red if v < 0 else p.green for v in mean]},
        opacity=0.75,
        hovertemplate=_("digit %{x}: %{y:+.1f} points<extra></extra>"),
    )
    seeds, kinds = change.shape
    fig.add_scatter(
        x=[str(k) for _ in range(seeds) for k in range(kinds)],
        y=change.ravel(),
        mode="markers",
        marker={"size": 4, "color": p.text},
        opacity=0.5,
        hovertemplate=_("digit %{x}, one seed: %{y:+.1f} points<extra></extra>"),
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=False, bargap=0.35)
    fig.update_xaxes(title_text=_("digit"), type="category")
    fig.update_yaxes(title_text=_("found, against none (points)"))
    return fig


def ensembles(result: EnsembleGrid, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw accuracy and loss of k networks whose softmax is averaged, over k."""
    p = theme.palette(dark)
    k = np.arange(1, result.accuracies.shape[1] + 1)
    x = {"title": {"text": _("networks averaged")}, "dtick": 1}
    titles = (_("test accuracy"), _("test loss (nats)"))
    axes = [(x, {"tickformat": ".1%"}), (x, {"rangemode": "tozero"})]
    fig = go.Figure(layout=panels.grid(titles, axes, scale=scale))
    for i, (together, alone) in enumerate(
        (
            (result.accuracies, result.single_accuracies),
            (result.losses, result.single_losses),
        )
    ):
        place = {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        fig.add_trace(band(k, together.min(0), together.max(0), p.blue).update(**place))
        said = [signed(100 * g.mean, 3) for g in result.gains] if i == 0 else [""] * len(k)
        fig.add_scatter(
            x=k,
            y=together.mean(0),
            name=_("mean of their softmax"),
            mode="lines+markers",
            line={"color": p.blue, "width": 2},
            showlegend=i == 0,
            customdata=said,
            hovertemplate=_("%{x} networks: %{y:.4~g}")
            + (_("<br>%{customdata} points") if i == 0 else "")
            + "<extra></extra>",
            **place,
        )
        fig.add_scatter(
            x=[k[0], k[-1]],
            y=[alone.mean()] * 2,
            name=_("one network, on average"),
            mode="lines",
            line={"color": p.muted, "width": 1.5, "dash": "dot"},
            showlegend=i == 0,
            hovertemplate=_("one network, on average: %{y:.4~g}<extra></extra>"),
            **place,
        )
        best = alone.max(1).mean() if i == 0 else alone.min(1).mean()
        fig.add_scatter(
            x=[k[0], k[-1]],
            y=[best] * 2,
            name=_("the best one, known only from the test"),
            mode="lines",
            line={"color": p.gold, "width": 1.5, "dash": "dash"},
            showlegend=i == 0,
            hovertemplate=_("the best of them: %{y:.4~g}<extra></extra>"),
            **place,
        )
    theme.style(fig, dark=dark, height=HEIGHT + 20, scale=scale)
    fig.update_layout(
        showlegend=True, margin_t=round(24 * scale), legend={"y": -0.22, "yanchor": "top"}
    )
    return fig
