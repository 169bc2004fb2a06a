"""Figures of the lesson on windows: where the gradient falls, and a bottleneck's channels."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import BlockFacts, Bottleneck, Sight, Windows

PROFILE = 190  # px
HOURGLASS = 236


def profile(result: Windows, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the share of the squared gradient that falls on each column of the receptive field.

    The dots are counted, not measured: the share of the stack's paths that begin in each column.

    Args:
        result: The two windows.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    at = np.arange(result.spec.field) - result.spec.field // 2
    fig = go.Figure()
    for sight, color in ((result.stack, p.orange), (result.single, p.blue)):
        fig.add_trace(
            go.Scatter(
                x=at,
                y=sight.share.sum(0),
                name=name_of(sight),
                mode="lines",
                line={"color": color, "width": 2, "shape": "hvh"},
                hovertemplate=_("column %{x:+d}<br>%{y:.1%} of the gradient<extra></extra>"),
            )
        )
    fig.add_trace(
        go.Scatter(
            x=at,
            y=result.paths,
            name=_("paths through the stack"),
            mode="markers",
            marker={"color": p.muted, "size": 6, "symbol": "circle-open"},
            hovertemplate=_("column %{x:+d}<br>%{y:.1%} of the paths<extra></extra>"),
        )
    )
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=PROFILE, scale=scale)
    fig.update_xaxes(title_text=_("column, counted from the middle"), zeroline=False)
    fig.update_yaxes(tickformat=".0%", rangemode="tozero", title_text=_("share of the gradient"))
    return fig


def hourglass(result: Bottleneck, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the channels before and after every convolution, and what one value sees there.

    Args:
        result: A bottleneck beside a basic block of as many channels.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    start, ticks = 0, list[tuple[int, str]]()
    for name, facts, color in (
        (_("bottleneck"), result.narrow, p.orange),
        (_("basic"), result.basic, p.blue),
    ):
        places = list(range(start, start + 1 + len(facts.convs)))
        ticks += zip(places, _steps(name, facts), strict=True)
        fig.add_trace(_bars(name, places, facts, color))
        start = places[-1] + 2
    theme.style(fig, dark=dark, height=HOURGLASS, scale=scale)
    fig.update_layout(showlegend=False)
    fig.update_yaxes(title_text=_("channels"), range=[0, 1.28 * result.spec.channels])
    where, names = zip(*ticks, strict=True)
    fig.update_xaxes(tickvals=where, ticktext=names, showgrid=False, zeroline=False)
    return fig


def _bars(name: str, places: list[int], facts: BlockFacts, color: str) -> go.Bar:
    channels = [facts.convs[0].inputs, *(c.outputs for c in facts.convs)]
    reaches = [1, *(c.reach for c in facts.convs)]
    return go.Bar(
        x=places,
        y=channels,
        name=name,
        marker={"color": color},
        width=0.62,
        text=[
            _("{c}<br>sees {r}×{r}").format(c=c, r=r)
            for c, r in zip(channels, reaches, strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=_("%{y} channels<extra></extra>"),
    )


def name_of(sight: Sight) -> str:
    """Return the name of a stack: "3 × (3×3)", with its dilation; of a single kernel "7×7"."""
    window = f"{sight.kernel_size}×{sight.kernel_size}"
    if sight.dilation > 1:
        window += _(", dilation {dilation}").format(dilation=sight.dilation)
    return f"{sight.layers} × ({window})" if sight.layers > 1 else window


def _steps(name: str, facts: BlockFacts) -> list[str]:
    return [
        _("input of the<br>{name}").format(name=name),
        *(f"{c.kernel_size}×{c.kernel_size}" for c in facts.convs),
    ]
