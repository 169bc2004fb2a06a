"""The figure of the lesson on heads: what each head is worth."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import AttentionPart, Head, HeadsOverSentences, SetCost

HEIGHT = 250  # px
NAMES: dict[AttentionPart, str] = {
    "encoder": N_("encoder {n}"),
    "decoder": N_("decoder {n}"),
    "cross": N_("cross {n}"),
}


def exact_without(
    recorded: HeadsOverSentences, chosen: Head, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the share of exact translations without each head; the costliest head comes first.

    Args:
        recorded: Each head off by itself.
        chosen: The head to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    order = sorted(recorded.alone, key=lambda cost: (cost.exact, -cost.loss))
    fig = go.Figure(
        go.Bar(
            x=[_name(cost) for cost in order],
            y=[cost.exact / recorded.sentences for cost in order],
            customdata=[[cost.exact, recorded.sentences, cost.loss] for cost in order],
            marker={"color": [p.orange if c.off == (chosen,) else p.blue for c in order]},
            hovertemplate=_(
                "<b>without %{x} (layer.head)</b><br>"
                "%{customdata[0]} of %{customdata[1]} exact<br>"
                "loss %{customdata[2]:.3~g} nats per word<extra></extra>"
            ),
        )
    )
    full = recorded.full.exact / recorded.sentences
    fig.add_hline(y=full, line={"color": p.muted, "width": 1, "dash": "dot"})
    fig.update_layout(title_text=_("Exact translations without one head"))
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_yaxes(tickformat=".0%", range=[0, 1.04])
    fig.update_xaxes(tickangle=-45)
    return fig


def _name(cost: SetCost) -> str:
    part, layer, head = cost.off[0]
    return _(NAMES[part]).format(n=f"{layer}.{head}")
