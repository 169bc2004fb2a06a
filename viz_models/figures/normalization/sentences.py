"""How far outputs move that should stay: measured changes in, go.Figure out."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _

HEIGHT = 226  # px
DASHES = ("solid", "dot", "dash")


def change_over_padding(
    padding: Sequence[int],
    changes: Mapping[str, Sequence[float]],
    chosen: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Largest change of the first sentence's outputs over the padding added to the batch.

    Args:
        padding: Positions added, ascending.
        changes: Norm -> change at each of them, in units of the output.
        chosen: The padding to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for (name, values), color, dash in zip(changes.items(), p.categorical, DASHES, strict=False):
        fig.add_scatter(
            x=list(padding),
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": color, "width": 2, "dash": dash},
            marker={"color": color, "size": 5},
            hovertemplate=_(
                "<b>{name}</b><br>%{{x}} positions more: %{{y:.4g}}<extra></extra>"
            ).format(name=name),
        )
    fig.add_scatter(
        x=[chosen] * len(changes),
        y=[values[list(padding).index(chosen)] for values in changes.values()],
        mode="markers",
        marker={"color": p.orange, "size": 10},
        hoverinfo="skip",
        showlegend=False,
    )
    fig.add_vline(x=chosen, line={"color": p.orange, "width": 1.5})
    fig.update_layout(title_text=_("largest change of an output of sentence 0"), showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(margin_t=fig.layout.margin.t + round(28 * scale))  # title, then the names
    fig.update_xaxes(title_text=_("positions of padding added to every sentence"))
    fig.update_yaxes(rangemode="tozero")
    return fig
