"""The two ways of the gradient back through every block: by the skip and by the branch."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import Paths

HEIGHT = 170  # px
ROOM = 0.72  # share of a branch's place that its two bars take; the rest stays empty


def two_paths(
    paths: Paths,
    bare: Paths | None = None,
    *,
    parts: tuple[str, ...] = ("",),
    chosen: int | None = None,
    dark: bool = False,
    height: int = HEIGHT,
    scale: float = 1.0,
) -> go.Figure:
    """Draw two bars for every branch: how much of the gradient came by the skip and by the branch.

    Lengths are relative to the gradient that arrives at the output of the block.

    Args:
        paths: Of the reader's network.
        bare: The same network without a branch scale, drawn as a dash over each branch.
        parts: The branches of one block in order; a Transformer block has two.
        chosen: The block that is framed; 1 is the first.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    each = len(parts)
    place = np.arange(len(paths.factor))
    centers = 1 + place // each + ((place % each) - (each - 1) / 2) / each  # 1 is the first block
    names = [_name(1 + i // each, parts[i % each]) for i in place.tolist()]
    bar = ROOM / 2 / each
    ways = (
        (_("skip"), paths.identity, p.green, -bar / 2),
        (_("branch"), paths.branch, p.blue, bar / 2),
    )
    fig = go.Figure(
        [
            go.Bar(
                x=centers + shift,
                y=lengths,
                width=bar,
                marker_color=color,
                name=name,
                customdata=names,
                hovertemplate=_("%{{customdata}}: %{{y:.3g}} by the {name}<extra></extra>").format(
                    name=name
                ),
            )
            for name, lengths, color, shift in ways
        ]
    )
    if bare is not None:
        fig.add_trace(_dashes(centers + bar / 2, bare.branch, p.blue))
    _style(fig, blocks=len(place) // each, dark=dark, height=height, scale=scale)
    if chosen is not None and 1 <= chosen <= len(place) // each:
        frame = {"color": p.orange, "width": 2}
        fig.add_vrect(chosen - 0.5, chosen + 0.5, line=frame, fillcolor="rgba(0, 0, 0, 0)")
    return fig


def _name(block: int, branch: str) -> str:
    """Return what a branch is called: "block 3", or "block 3, attention" where there are two."""
    if not branch:
        return _("block {n}").format(n=block)
    return _("block {n}, {branch}").format(n=block, branch=_(branch))


def _dashes(x: np.ndarray, y: np.ndarray, color: str) -> go.Scatter:
    """Return what the branches would pass without their scale."""
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 9, "color": color, "line": {"width": 1.6}},
        name=_("branch, not scaled"),
        hovertemplate=_("branch, not scaled: %{y:.3g}<extra></extra>"),
    )


def _style(fig: go.Figure, *, blocks: int, dark: bool, height: int, scale: float) -> None:
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(
        showlegend=True,
        bargap=0,
        legend={"x": 0, "xanchor": "left", "itemwidth": 30},
        margin_t=round((26 if len(fig.data) < 3 else 58) * scale),  # a narrow legend has rows
    )
    fig.update_yaxes(rangemode="tozero", nticks=4)
    fig.update_xaxes(
        range=[0.4, blocks + 0.6],
        showgrid=False,
        nticks=8,
        tickformat="d",
        zeroline=False,
        title_text=_("block"),
    )
