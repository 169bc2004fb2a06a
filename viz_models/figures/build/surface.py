"""Loss surfaces of two networks side by side, as a relief or as a map, on one scale."""

import math
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.build.surface import GUESSING, Surfaces, SurfaceTime

View = Literal["relief", "map"]
WHEN: tuple[SurfaceTime, ...] = ("before", "after")
HEIGHT = 400  # px
TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 1000)  # nats
LEVEL = 0.15  # decades between two lines of the map
TITLES = (N_("without skips"), N_("with skips"))


def surfaces(
    found: Surfaces,
    when: SurfaceTime = "after",
    view: View = "relief",
    *,
    dark: bool = False,
    height: int = HEIGHT,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the loss on a log scale over the two directions; orange is where the weights are.

    All four surfaces share their colors and their height, so that equal slopes look equal.

    Args:
        found: Both networks.
        when: Around the first weights, or the trained ones.
        view: A relief that can be turned, or a map with lines of equal loss.
        dark: Which theme is showing.
        height: px, before scaling.
        scale: Enlarges letters and height alike, for presenting.
    """
    kind = "surface" if view == "relief" else "xy"
    nets = (found.plain, found.skips)
    titles = [
        _("{t}<br>{here} nats").format(t=_(t), here=digits(n.here(when), 3))
        for t, n in zip(TITLES, nets, strict=True)
    ]
    fig = make_subplots(
        cols=2, specs=[[{"type": kind}] * 2], subplot_titles=titles, horizontal_spacing=0.04
    )
    low, high = _limits(found)
    draw = _relief if view == "relief" else _map
    for column, net in enumerate(nets, start=1):
        traces = draw(net.values(when), found.steps, (low, high), theme.palette(dark), dark)
        if net is nets[-1]:
            traces[0].update(showscale=True, colorbar=_bar(low, high, theme.palette(dark), scale))
        for trace in traces:
            fig.add_trace(trace, row=1, col=column)
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    fig.update_layout(showlegend=False, margin_t=round(40 * scale))  # titles of two lines
    if view == "relief":
        fig.update_scenes(**_scene(low, high, theme.palette(dark)))
    else:
        fig.update_xaxes(title_text=_("second direction"), zeroline=False)
        fig.update_yaxes(title_text=_("first direction"), zeroline=False, col=1)
        fig.update_yaxes(zeroline=False, showticklabels=False, col=2)
    return fig


def _ticks(low: float, high: float) -> dict[str, Any]:
    """Return the ticks of the loss, for the color bar and the vertical axis alike."""
    losses = [t for t in TICKS if low <= math.log10(t) <= high]
    return {"tickvals": [math.log10(t) for t in losses], "ticktext": [digits(t) for t in losses]}


def _bar(low: float, high: float, p: theme.Palette, scale: float) -> dict[str, Any]:
    """Return the color bar that both surfaces share."""
    font = {"color": p.muted, "size": (theme.TEXT_SIZE - 1) * scale}
    title = {"text": _("loss (nats)"), "side": "right", "font": font}
    return {
        **_ticks(low, high),
        "title": title,
        "tickfont": font,
        "thickness": round(12 * scale),
        "len": 0.8,
        "outlinewidth": 0,
    }


def _limits(found: Surfaces) -> tuple[float, float]:
    """Return log10 of the lowest and the highest loss of all four surfaces."""
    every = [net.values(w) for net in (found.plain, found.skips) for w in WHEN]
    logs = np.log10(np.concatenate([values.ravel() for values in every]))
    return float(np.nanmin(logs)), float(np.nanmax(logs))


def _scale(dark: bool) -> list[tuple[float, str]]:
    colors = theme.stops("sequential", dark=dark)
    return [(i / (len(colors) - 1), color) for i, color in enumerate(colors)]


def _common(loss: np.ndarray, steps: np.ndarray, dark: bool) -> dict[str, Any]:
    """Return what the relief and the map of one surface share."""
    return {
        "x": steps,
        "y": steps,
        "z": np.log10(loss),
        "customdata": loss,
        "colorscale": _scale(dark),
        "showscale": False,
        "hovertemplate": _("%{y:.2f}, %{x:.2f}: %{customdata:.4g} nats<extra></extra>"),
    }


def _relief(
    loss: np.ndarray, steps: np.ndarray, ends: tuple[float, float], p: theme.Palette, dark: bool
) -> tuple[Any, ...]:
    middle = len(steps) // 2
    here = float(loss[middle, middle])
    surface = go.Surface(
        **_common(loss, steps, dark),
        cmin=ends[0],
        cmax=ends[1],
        contours={"z": {"show": True, "usecolormap": True, "project": {"z": True}, "width": 1}},
        lighting={"ambient": 0.75, "diffuse": 0.5, "specular": 0.05},
    )
    ring = go.Scatter3d(
        x=[0],
        y=[0],
        z=[math.log10(here)],
        mode="markers",
        marker={"size": 5, "color": p.orange},
        hovertemplate=_("the network's own weights: {here} nats<extra></extra>").format(
            here=digits(here)
        ),
    )
    return surface, ring


def _map(
    loss: np.ndarray, steps: np.ndarray, ends: tuple[float, float], p: theme.Palette, dark: bool
) -> tuple[Any, ...]:
    middle = len(steps) // 2
    here = float(loss[middle, middle])
    lines = go.Contour(
        **_common(loss, steps, dark),
        zmin=ends[0],
        zmax=ends[1],
        contours={"start": ends[0], "end": ends[1], "size": LEVEL},
        line={"width": 0.5},
    )
    guessing = go.Contour(
        x=steps,
        y=steps,
        z=np.log10(loss),
        contours={
            "type": "constraint",
            "operation": "=",
            "value": math.log10(GUESSING),
        },
        line={"color": p.ground, "width": 2, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )
    ring = go.Scatter(
        x=[0],
        y=[0],
        mode="markers",
        marker={"size": 11, "color": "rgba(0, 0, 0, 0)", "line": {"color": p.orange, "width": 3}},
        hovertemplate=_("the network's own weights: {here} nats<extra></extra>").format(
            here=digits(here)
        ),
    )
    return lines, guessing, ring


def _scene(low: float, high: float, p: theme.Palette) -> dict[str, Any]:
    font = {"color": p.muted, "size": theme.TEXT_SIZE - 2}
    plain = {
        "showbackground": False,
        "gridcolor": p.muted,
        "zeroline": False,
        "tickfont": font,
        "title": {"text": "", "font": font},
    }
    return {
        "xaxis": plain | {"nticks": 3, "title": {"text": _("2nd direction"), "font": font}},
        "yaxis": plain | {"nticks": 3, "title": {"text": _("1st direction"), "font": font}},
        "zaxis": plain
        | {**_ticks(low, high), "range": [low - 0.35, high], "showticklabels": False},
        "camera": {
            "eye": {"x": 1.4, "y": -1.4, "z": 1.05},
            "center": {"x": 0, "y": 0, "z": -0.15},
        },
        "aspectmode": "manual",
        "aspectratio": {"x": 1, "y": 1, "z": 0.75},
        "dragmode": "turntable",
    }


def training(
    found: Surfaces, *, dark: bool = False, height: int = 200, scale: float = 1.0
) -> go.Figure:
    """Draw the loss of each batch while the two networks were trained."""
    p = theme.palette(dark)
    fig = go.Figure()
    nets = zip(TITLES, (found.plain, found.skips), (p.muted, p.green), strict=True)
    for name, net, color in nets:
        fig.add_scatter(
            x=np.arange(1, len(net.training) + 1),
            y=net.training,
            name=_(name),
            mode="lines",
            line={"color": color, "width": 2},
            hovertemplate=_("<b>{name}</b>, step %{{x}}: %{{y:.4g}} nats<extra></extra>").format(
                name=_(name)
            ),
        )
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(showlegend=True, margin_t=round(26 * scale))
    fig.update_xaxes(title_text=_("step"))
    fig.update_yaxes(title_text=_("loss of the batch (nats)"), type="log", dtick="D2")
    return fig
