"""Who sees whom: the matrix from input to output channels."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.records import Connectivity

HEIGHT = 170  # px


def who_sees_whom(
    found: Connectivity, *, dark: bool = False, height: int = HEIGHT, scale: float = 1.0
) -> go.Figure:
    """One square a pair of channels; rows are outputs, columns inputs.

    The darkest color is exactly 0: no gradient passes.

    Args:
        found: The measured matrix.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    colors = theme.stops("sequential", dark=dark)
    fig = go.Figure(
        go.Heatmap(
            z=found.matrix,
            zmin=0,
            colorscale=[(i / (len(colors) - 1), color) for i, color in enumerate(colors)],
            showscale=False,
            hovertemplate="output channel %{y} sees input channel %{x}: %{z:.3g}<extra></extra>",
        )
    )
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(margin={side: round(4 * scale) for side in "lrtb"})
    outputs, inputs = found.matrix.shape
    bare = {"showticklabels": False, "ticks": "", "showgrid": False, "constrain": "domain"}
    fig.update_xaxes(range=[-0.5, inputs - 0.5], **bare)
    fig.update_yaxes(
        range=[outputs - 0.5, -0.5],
        scaleanchor="x",
        scaleratio=inputs / outputs,
        **bare,
    )
    return fig
