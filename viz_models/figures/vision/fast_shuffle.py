"""Figure of the lesson on fast networks: channels on their way through two grouped convolutions."""

from typing import Any

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.fast import Shuffle

HEIGHT = 360  # px
ROWS = (
    N_("input"),
    N_("after the first convolution"),
    N_("after the shuffle"),
    N_("after the second one"),
)
Line = tuple[int, int, int]  # from row, place there, place in the next row


def shuffled(found: Shuffle, chosen: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw every channel as a square, colored by its group, and the way of one input in orange.

    Args:
        found: Where channels go.
        chosen: An input channel, counted from 0.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    every = [line for channel in range(found.spec.channels) for line in _lines(found, channel)]
    traces = [_path(every, theme.fade(p.muted, 0.3), 1), _path(_lines(found, chosen), p.orange, 2)]
    traces += [_squares(found, row, chosen, p) for row in range(len(ROWS))]
    names = list(ROWS) if found.spec.shuffled else [*ROWS[:2], _("no shuffle"), ROWS[3]]
    layout = {
        "xaxis": {"visible": False, "range": [-0.6, found.spec.channels - 0.4]},
        "yaxis": {
            "tickvals": list(range(len(ROWS))),
            "ticktext": names,
            "range": [len(ROWS) - 0.6, -0.4],
            "showgrid": False,
            "zeroline": False,
        },
        "showlegend": False,
        "clickmode": "event+select",
    }
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.layout.margin.t = round(12 * scale)
    return fig


def _lines(found: Shuffle, channel: int) -> list[Line]:
    """Return every connection that the input channel takes part in, row by row."""
    size = found.spec.channels // found.spec.groups
    group = range(channel // size * size, channel // size * size + size)
    places = [found.place(c) for c in group]
    ends = {(place, end) for place in places for end in _group(place, size)}
    return [
        *((0, channel, c) for c in group),
        *((1, c, place) for c, place in zip(group, places, strict=True)),
        *((2, place, end) for place, end in sorted(ends)),
    ]


def _group(place: int, size: int) -> range:
    return range(place // size * size, place // size * size + size)


def _path(lines: list[Line], color: str, width: float) -> dict[str, Any]:
    unique = dict.fromkeys(lines)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for _, start, end in unique for x in (start, end, None)],
        "y": [y for row, _, _ in unique for y in (row, row + 1, None)],
        "line": {"color": color, "width": width},
        "hoverinfo": "skip",
    }


def _squares(found: Shuffle, row: int, chosen: int, p: theme.Palette) -> dict[str, Any]:
    """Return one row of channels; a click on one chooses the input of the same number."""
    spec = found.spec
    size = spec.channels // spec.groups
    channels = found.source if row == 2 else tuple(range(spec.channels))
    colors = [p.categorical[(c // size) % len(p.categorical)] for c in channels]
    if row == 3:
        colors = [p.orange if c in found.reached[chosen] else p.muted for c in channels]
    marked = (chosen,) if row in (0, 2) else ()
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(range(spec.channels)),
        "y": [row] * spec.channels,
        "text": [str(c) for c in channels],
        "textfont": {"color": p.ground, "weight": 700},
        "customdata": list(channels),
        "marker": {
            "symbol": "square",
            "size": 26,
            "color": colors,
            "line": {
                "color": [p.orange if c in marked else p.ground for c in channels],
                "width": 3,
            },
        },
        "hovertemplate": _("channel %{text}<extra></extra>"),
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }
