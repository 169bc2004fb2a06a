"""Two ways back through every block: the gradient by the skip and the one by the branch."""

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.records import Paths

HEIGHT = 170  # px
BAR = 0.36  # of the room that a block has


def two_paths(
    paths: Paths,
    bare: Paths | None = None,
    *,
    chosen: int | None = None,
    dark: bool = False,
    height: int = HEIGHT,
    scale: float = 1.0,
) -> go.Figure:
    """Two bars a block: gradient norms relative to the gradient that arrives at its output.

    Args:
        paths: Of the reader's network.
        bare: The same without a branch scale, drawn as a dash over each branch.
        chosen: The block that is framed; 1 is the first.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    p = theme.palette(dark)
    blocks = np.arange(1, len(paths.factor) + 1)
    ways = (("skip", paths.identity, p.green, -BAR / 2), ("branch", paths.branch, p.blue, BAR / 2))
    fig = go.Figure(
        [
            go.Bar(
                x=blocks + shift,
                y=lengths,
                width=BAR,
                marker_color=color,
                name=name,
                customdata=blocks,
                hovertemplate=f"block %{{customdata}}: by the {name} %{{y:.3g}}<extra></extra>",
            )
            for name, lengths, color, shift in ways
        ]
    )
    if bare is not None:
        fig.add_scatter(
            x=blocks + BAR / 2,
            y=bare.branch,
            mode="markers",
            marker={"symbol": "line-ew-open", "size": 9, "color": p.blue, "line": {"width": 1.6}},
            name="bare",
            hovertemplate="not scaled: %{y:.3g}<extra></extra>",
        )
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(
        showlegend=True, bargap=0, legend={"x": 0, "xanchor": "left", "itemwidth": 30}
    )
    fig.update_layout(margin_t=round(26 * scale))
    fig.update_yaxes(rangemode="tozero", nticks=4)
    fig.update_xaxes(
        range=[0.4, len(blocks) + 0.6], showgrid=False, nticks=8, tickformat="d", zeroline=False
    )
    if chosen is not None and 1 <= chosen <= len(blocks):
        frame = {"color": p.orange, "width": 2}
        fig.add_vrect(chosen - 0.5, chosen + 0.5, line=frame, fillcolor="rgba(0, 0, 0, 0)")
    return fig
