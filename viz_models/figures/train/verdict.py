"""Differences against zero: what a question card compares in, go.Figure out."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from viz_models.figures import theme

ROW = 46  # px
HALF = 1.0  # of the axis; each row has a scale of its own, with zero in the middle
SIDES = 0.4  # of a row, for the words under the first
REACH = 0.86  # of that half, how far the longest end goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison, as it is drawn."""

    label: str
    said: str  # "+9.1 ± 8.2 points"
    mean: float | None
    low: float | None
    high: float | None
    decided: bool
    hover: str = ""  # instead of what is said


def intervals(
    rows: Sequence[Row], sides: tuple[str, str], *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Mean difference and 95 % interval of each comparison, every row on its own scale.

    Green leaves out zero; gray does not, or rests on too few pairs.

    Args:
        rows: From top to bottom.
        sides: What stands under the first, at its left and at its right end.
        dark: Which theme is showing.
        scale: Enlarges letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for i, row in enumerate(rows):
        _row(fig, row, -i - SIDES * (i > 0), p, scale)
    fig.update_xaxes(visible=False, range=[-HALF, HALF], fixedrange=True)
    fig.update_yaxes(visible=False, range=[-len(rows) - SIDES + 0.62, 0.82], fixedrange=True)
    theme.style(fig, dark=dark, height=round(ROW * (len(rows) + SIDES + 0.2)) + 12, scale=scale)
    for x, anchor, text in ((-HALF, "left", f"◂ {sides[0]}"), (HALF, "right", f"{sides[1]} ▸")):
        _text(fig, text, x, -0.36, anchor, p.blue, scale)
    fig.update_layout(margin={"l": 2, "r": 2, "t": 20, "b": 2}, showlegend=False)
    return fig


def _row(fig: go.Figure, row: Row, y: float, p: theme.Palette, scale: float) -> None:
    _text(fig, row.label, -HALF, y + 0.4, "left", p.muted, scale)
    _text(fig, row.said, HALF, y + 0.4, "right", p.green_text if row.decided else p.text, scale)
    line = {"color": p.muted, "width": 1}
    fig.add_shape(type="line", x0=0, x1=0, y0=y - 0.2, y1=y + 0.2, line=line)
    fig.add_shape(
        type="line", x0=-HALF, x1=HALF, y0=y, y1=y, line=line | {"color": p.border}, layer="below"
    )
    if row.mean is None:
        return
    ends = [row.mean if end is None else end for end in (row.low, row.high)]
    largest = max(abs(end) for end in ends)
    unit = REACH * HALF / largest if largest else 0.0
    color = p.green if row.decided else p.muted
    fig.add_trace(
        go.Scatter(
            x=[end * unit for end in ends],
            y=[y, y],
            mode="lines",
            line={"color": theme.fade(color, 0.7), "width": 6 * scale},
            hoverinfo="skip",
        )
    )
    fig.add_trace(
        go.Scatter(
            x=[row.mean * unit],
            y=[y],
            mode="markers",
            marker={"color": color, "size": 11 * scale},
            hovertemplate=f"{row.hover or row.said}<extra></extra>",
        )
    )


def _text(
    fig: go.Figure, text: str, x: float, y: float, anchor: str, color: str, scale: float
) -> None:
    fig.add_annotation(
        x=x,
        y=y,
        text=text,
        showarrow=False,
        xanchor=anchor,
        yanchor="middle",
        font={"color": color, "size": round(11.5 * scale, 1)},
    )
