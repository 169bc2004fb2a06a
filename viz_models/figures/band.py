"""The range of a curve over its seeds."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme

OPACITY = 0.16


def band(
    x: np.ndarray | Sequence[float],
    low: np.ndarray | Sequence[float | None],
    high: np.ndarray | Sequence[float | None],
    color: str,
) -> go.Scatter:
    """Return the area between two curves over the same places, in a pale shade of `color`."""
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([np.asarray(high, float), np.asarray(low, float)[::-1]]),
        fill="toself",
        fillcolor=theme.fade(color, OPACITY),
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
