"""The gradients of two networks, each relative to its own last block."""

import math

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.figures.build.builder_race_marks import ratio_text
from viz_models.language import gettext as _
from viz_models.records import Race, RaceView

HEIGHT = 250  # px
NAMES = 78  # px, beside the plot, for names and ratios
TOP, MARGINS = 10, 56  # px, above; above and below
TICKS = 48  # px, on the other side
GAP = 18  # px, between the two names
PLAIN_DECADES = 9  # of an axis whose numbers are written out
ROOM = 0.35  # decades above and below the lines


def gradient_pair(
    race: Race,
    view: RaceView = "gradient",
    *,
    dark: bool = False,
    height: int = HEIGHT,
    scale: float = 1.0,
) -> go.Figure:
    """One line a network, over how many blocks lie between a place and the last block.

    Gradients run back from a common end on the right, however many blocks a network has;
    activations run forward from a common start on the left. A network whose numbers left
    float32's range has no line, and its name says so.

    Args:
        race: Two networks, which need not be equally deep; the second has the second color, even
            where the first did not run.
        view: Gradient of the activations or of the weights, or the activations themselves.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    p, fig = theme.palette(dark), go.Figure()
    back = view != "activation"
    colors = dict(zip(race.specs, (p.blue, p.gold), strict=True))
    for name in race.lines:
        _line(fig, race, name, view, colors[name])
    left, right = (NAMES, TICKS) if back else (TICKS, NAMES)
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(
        showlegend=False,
        margin={"l": round(left * scale), "r": round(right * scale), "t": TOP, "b": MARGINS - TOP},
    )
    deepest = max(len(lines[0].weights) for lines in race.lines.values())
    _axes(fig, race, view, deepest)
    _names(fig, race, view, colors, (height - MARGINS) * scale, scale)
    return fig


def _places(race: Race, name: str, view: RaceView) -> np.ndarray:
    """Where a line's values stand: blocks before the last one, or after the stem."""
    count = len(race.lines[name][0].values(view))
    return np.arange(count) if view == "activation" else np.arange(count) - (count - 1)


def _line(fig: go.Figure, race: Race, name: str, view: RaceView, color: str) -> None:
    low, middle, high = race.band(name, view)
    x = _places(race, name, view)
    known = np.isfinite(middle)
    if not known.any():
        return
    if len(race.lines[name]) > 1:
        fig.add_trace(band(x[known], low[known], high[known], color))
    fig.add_scatter(
        x=x[known],
        y=middle[known],
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2.5},
        marker={"size": 4},
        hovertemplate=f"<b>{name}</b><br>%{{y:.4g}}<extra></extra>",
    )


def _axes(fig: go.Figure, race: Race, view: RaceView, deepest: int) -> None:
    back = view != "activation"
    step = next(s for s in (1, 2, 5, 10, 20) if deepest <= 8 * s)
    ticks = [-t if back else t for t in range(0, deepest + 1, step)]
    title = (
        _("blocks before the last    ◀ backward pass") if back else _("forward pass ▶    blocks")
    )
    fig.update_xaxes(
        tickvals=ticks,
        ticktext=[str(abs(t)) for t in ticks],
        title_text=title,
        showgrid=False,
        zeroline=False,
        automargin=False,
    )
    low, high = _decades(race, view)
    fig.update_yaxes(
        type="log",
        range=[low, high],
        side="right" if back else "left",
        dtick=max(1, math.ceil((high - low) / 6)),
        exponentformat="power",
        tickformat="" if high - low > PLAIN_DECADES else ",~r",
        zeroline=False,
        automargin=False,
    )


def _decades(race: Race, view: RaceView) -> tuple[float, float]:
    values = np.concatenate([race.band(name, view).ravel() for name in race.lines] + [[1.0]])
    logs = np.log10(values[np.isfinite(values)])
    return float(logs.min()) - ROOM, float(logs.max()) + ROOM


def _names(
    fig: go.Figure,
    race: Race,
    view: RaceView,
    colors: dict[str, str],
    inner: float,
    scale: float,
) -> None:
    """Each name with its ratio at the line's end, the two kept apart."""
    back = view != "activation"
    low, high = _decades(race, view)
    logs = {n: math.log10(race.band(n, view)[1][0 if back else -1]) for n in race.lines}
    pixel = {n: (at - low) / (high - low) * inner for n, at in logs.items() if math.isfinite(at)}
    shift = _apart(pixel, GAP * scale)
    side = "right" if back else "left"
    for name, at in logs.items():
        if name not in pixel:
            fig.add_annotation(
                xref="paper",
                yref="paper",
                x=0.5,
                y=0,
                text=_("{name}: outside of float32's range").format(name=name),
                showarrow=False,
                font={"color": colors[name]},
            )
            continue
        fig.add_annotation(
            x=_places(race, name, view)[0 if back else -1],
            y=at,
            xanchor=side,
            xshift=-8 if back else 8,
            yshift=shift.get(name, 0),
            text=f"{name}  <b>{ratio_text(race.ratio(name, view))}</b>",
            showarrow=False,
            font={"color": colors[name]},
        )


def _apart(pixel: dict[str, float], gap: float) -> dict[str, float]:
    """How far each of two names moves so that they do not touch."""
    if len(pixel) < 2:
        return {}
    (low, a), (high, b) = sorted(pixel.items(), key=lambda item: item[1])
    missing = max(0.0, gap - (b - a)) / 2
    return {low: -missing, high: missing}
