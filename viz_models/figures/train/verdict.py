"""Draw differences against zero: comparisons in, a go.Figure out."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from viz_models.figures import theme

BELOW = 39  # px of one comparison under its name: its value and its interval
SIDES = 18  # px, for the words under the first row
AXIS = 42  # px, for the scale under each group
LINE = 15  # px of a line of text
LETTERS = 54  # of a name in one line, so that it fits a phone
TICK = 8  # px of the line at zero, above and below an interval
REACH = 0.92  # of half the axis: how far the longest interval of a group goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison, as it is drawn."""

    label: str
    said: str  # "+9.1 ± 8.2 points"
    mean: float | None
    low: float | None
    high: float | None
    decided: bool
    unit: str = ""  # title of its axis; rows with the same unit share one scale
    hover: str = ""  # instead of what is said


def intervals(
    rows: Sequence[Row], sides: tuple[str, str], *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the mean difference and the 95 % interval of each comparison.

    All rows with the same unit are drawn on one scale, with zero in the middle. An interval is
    green where it does not contain zero; it is gray where it does, or with too few pairs.

    Args:
        rows: From top to bottom; those with the unit of the first row come first.
        sides: What stands under the first row, at its left and at its right end.
        dark: Which theme is showing.
        scale: Enlarges letters and height, for presenting.
    """
    p = theme.palette(dark)
    groups = [[r for r in rows if r.unit == unit] for unit in dict.fromkeys(r.unit for r in rows)]
    heights = [sum(map(_height, group)) + SIDES * (i == 0) for i, group in enumerate(groups)]
    total = sum(heights) + AXIS * len(groups)
    fig = go.Figure()
    top = 0
    for i, (group, height) in enumerate(zip(groups, heights, strict=True)):
        fig.update_layout(_axes(i, group, height, (top, total)))
        y = 0
        for place, row in enumerate(group):
            _row(fig, row, i, y, p, scale)
            y += _height(row) + SIDES * (i == 0 and place == 0)
        top += height + AXIS
    under = _height(rows[0]) + 2
    for x, anchor, text in ((0, "left", f"◂ {sides[0]}"), (1, "right", f"{sides[1]} ▸")):
        _text(fig, text, x, under, 0, anchor, p.blue, scale)
    theme.style(fig, dark=dark, height=total, scale=scale)
    fig.update_layout(margin={"l": 2, "r": 2, "t": 0, "b": 0}, showlegend=False)
    return fig


def _lines(row: Row) -> list[str]:
    return wrap(row.label, LETTERS) or [""]


def _height(row: Row) -> int:
    """Return the px of one comparison."""
    return LINE * len(_lines(row)) + BELOW


def _axes(i: int, group: Sequence[Row], height: int, within: tuple[int, int]) -> dict[str, object]:
    """Return the axes of one group: pixels from its top down, its unit across."""
    top, total = within
    number = "" if i == 0 else str(i + 1)
    ends = [abs(end) for row in group for end in (row.mean, row.low, row.high) if end is not None]
    limit = max(ends, default=0.0) / REACH or 1.0
    return {
        f"xaxis{number}": {
            "anchor": f"y{number}",
            "range": [-limit, limit],
            "fixedrange": True,
            "nticks": 7,
            "zeroline": False,
            "showgrid": False,
            "title": {"text": group[0].unit, "standoff": 4},
        },
        f"yaxis{number}": {
            "anchor": f"x{number}",
            "domain": [1 - (top + height) / total, 1 - top / total],
            "range": [height, 0],
            "visible": False,
            "fixedrange": True,
        },
    }


def _row(fig: go.Figure, row: Row, i: int, top: int, p: theme.Palette, scale: float) -> None:
    """Draw one comparison, `top` px below the top of group i."""
    said = p.green_text if row.decided else p.text
    lines = _lines(row)
    for place, (text, color) in enumerate([*((line, p.muted) for line in lines), (row.said, said)]):
        _text(fig, text, 0, top + (place + 0.5) * LINE, i, "left", color, scale)
    axes = {"xaxis": f"x{i + 1 if i else ''}", "yaxis": f"y{i + 1 if i else ''}"}
    y = top + (len(lines) + 1.7) * LINE
    zero = {
        "x0": 0,
        "x1": 0,
        "y0": y - TICK,
        "y1": y + TICK,
        "line": {"color": p.muted, "width": 1},
    }
    fig.add_shape(type="line", xref=axes["xaxis"], yref=axes["yaxis"], layer="below", **zero)
    if row.mean is None:
        return
    color = p.green if row.decided else p.muted
    ends = [row.mean if end is None else end for end in (row.low, row.high)]
    fig.add_trace(
        go.Scatter(
            x=ends,
            y=[y, y],
            mode="lines",
            line={"color": theme.fade(color, 0.7), "width": 6 * scale},
            hoverinfo="skip",
            **axes,
        )
    )
    fig.add_trace(
        go.Scatter(
            x=[row.mean],
            y=[y],
            mode="markers",
            marker={"color": color, "size": 11 * scale},
            hovertemplate=f"{row.hover or row.said}<extra></extra>",
            **axes,
        )
    )


def _text(
    fig: go.Figure, text: str, x: float, y: float, i: int, anchor: str, color: str, scale: float
) -> None:
    fig.add_annotation(
        x=x,
        xref="paper",
        y=y,
        yref=f"y{i + 1 if i else ''}",
        text=text,
        showarrow=False,
        xanchor=anchor,
        yanchor="middle",
        font={"color": color, "size": round(11.5 * scale, 1)},
    )
