"""The gradient race: networks of one depth on one log axis; the backward pass runs to the left."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.figures.build import builder_race_marks as marks
from viz_models.figures.build.builder_race_marks import Scene
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Race, RaceView

HEIGHT = 400  # px
LABELS = 176  # px, beside the plot, for names and ratios
TICKS = 64  # px, on the other side, for the axis
TOP, BOTTOM = 10, 46  # px
ROOM = 0.35  # decades above and below the lines
BACK, FORWARD = N_("◀ backward pass"), N_("forward pass ▶")
PLAIN_DECADES = 9  # of an axis whose numbers are written out
DOUBLING_ROOM = 2.5  # decades that the naive expectation may add to the axis


def ink(race: Race, *, dark: bool = False) -> dict[str, str]:
    """Color of each network: greens have a skip, blue and gray have none, orange is yours."""
    p = theme.palette(dark)
    light, deep = (p.text, p.ground) if dark else (p.ground, p.text)
    known = {
        "plain": p.muted,
        "no skip": p.muted,
        "BN": p.blue,
        "LN": _mixed(p.blue, light, 0.42),
        "skip": p.green,
        "skip, norm after": p.green,
        "skip + BN": _mixed(p.green, light, 0.38),
        "skip, norm before": _mixed(p.green, light, 0.38),
        "skip + 1/√L": _mixed(p.green, deep, 0.25 if dark else 0.4),
        "RNN": p.muted,
        "GRU": p.blue,
        "LSTM": p.green,
        "LSTM, bias 4": _mixed(p.green, light, 0.38),
    }
    return {name: p.orange if name == race.yours else known[name] for name in race.specs}


def _mixed(color: str, other: str, share: float) -> str:
    """Return a color on its way to another one."""
    mixed = (
        round(a + (b - a) * share) for a, b in zip(theme.rgb(color), theme.rgb(other), strict=True)
    )
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def gradient_race(
    race: Race,
    view: RaceView = "gradient",
    *,
    only: Sequence[str] = (),
    chosen: int | None = None,
    dark: bool = False,
    height: int = HEIGHT,
    scale: float = 1.0,
) -> go.Figure:
    """One line a network over its blocks; bands run over the seeds.

    Lines are geometric means. Names stand where the lines end, with first over last for
    gradients (they run back) and last over first for activations (they run forward). A network
    whose numbers left float32's range is named, and nothing of it is made up.

    Args:
        race: What was measured.
        view: Gradient of the activations or of the weights, or the activations themselves.
        only: Which networks; all that were measured when empty.
        chosen: The block that a dotted line marks; 0 is the stem.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    fig = go.Figure()
    scene = _scene(race, view, tuple(only) or tuple(race.lines), height, scale)
    colors = ink(race, dark=dark)
    order = sorted(scene.names, key=lambda name: name == race.yours)  # yours on top
    for name in order:
        fig.add_traces(list(_band_and_line(scene, name, colors[name])))
    _style(fig, scene, dark=dark, height=height)
    if view == "gradient" and race.unit == "block":
        marks.doubling(fig, scene, theme.palette(dark).muted)
    marks.name_ends(fig, scene, colors)
    if chosen is not None and scene.first <= chosen <= scene.depth:
        marks.mark(fig, scene, chosen, theme.palette(dark))
    return fig


def _scene(race: Race, view: RaceView, names: tuple[str, ...], height: int, scale: float) -> Scene:
    logs = [np.log10(race.band(name, view)).ravel() for name in names]
    values = np.concatenate([*logs, [0.0]])
    low, high = float(np.nanmin(values)) - ROOM, float(np.nanmax(values)) + ROOM
    depth = len(race.lines[names[0]][0].weights)
    if (
        view == "gradient"
        and race.unit == "block"
        and depth * math.log10(2) <= high + DOUBLING_ROOM
    ):
        high = max(high, depth * math.log10(2) + ROOM)
    return Scene(race, view, names, low, high, (height - TOP - BOTTOM) * scale, scale)


def _band_and_line(scene: Scene, name: str, color: str) -> Iterator[go.Scatter]:
    low, middle, high = scene.race.band(name, scene.view)
    x = np.arange(scene.first, scene.depth + 1)
    known = np.isfinite(middle)
    if len(scene.race.lines[name]) > 1:
        yield band(x[known], low[known], high[known], color)
    yield go.Scatter(
        x=x[known],
        y=middle[known],
        customdata=np.stack([low[known], high[known]], axis=1),
        name=name,
        mode="lines",
        line={"color": color, "width": 3 if name == scene.race.yours else 2},
        hovertemplate=_(
            "<b>{name}</b>, {unit} %{{x}}<br>%{{y:.4g}}"
            "<br>{count} seeds: %{{customdata[0]:.3g}} to "
            "%{{customdata[1]:.3g}}<extra></extra>"
        ).format(name=_(name), unit=_(scene.race.unit), count=len(scene.race.lines[name])),
    )


def _style(fig: go.Figure, scene: Scene, *, dark: bool, height: int) -> None:
    theme.style(fig, dark=dark, height=height, scale=scene.scale)
    left, right = (LABELS, TICKS) if scene.labels_left else (TICKS, LABELS)
    wide = {"l": round(left * scene.scale), "r": round(right * scene.scale)}
    fig.update_layout(
        showlegend=False,
        margin={**wide, "t": round(TOP * scene.scale), "b": round(BOTTOM * scene.scale)},
    )
    unit = _(scene.race.unit)
    first = _("stem") if scene.race.unit == "block" else _("start")
    back, forward = f"{unit}    {_(BACK)}", f"{_(FORWARD)}    {unit}"
    step = next(s for s in (1, 2, 5, 10, 20) if scene.depth <= 8 * s)
    ticks = [0, *range(step, scene.depth - step // 2, step), scene.depth]
    ticks = [t for t in dict.fromkeys(ticks) if t >= scene.first]
    fig.update_xaxes(
        range=[-0.02 * scene.depth, 1.02 * scene.depth],  # the diagram above begins at the stem
        tickvals=ticks,
        ticktext=[first if t == 0 else str(t) for t in ticks],
        title_text=back if scene.labels_left else forward,
        showgrid=False,
        zeroline=False,
        automargin=False,
    )
    fig.update_yaxes(
        type="log",
        range=[scene.low, scene.high],
        side="right" if scene.labels_left else "left",
        dtick=max(1, math.ceil((scene.high - scene.low) / 8)),
        exponentformat="power",
        tickformat="" if scene.high - scene.low > PLAIN_DECADES else ",~r",
        zeroline=False,
        automargin=False,
    )
