"""Figures of the lesson on optimizers: where all starts end, over rates, and schedules."""

from typing import Any

import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import (
    GONE,
    OPTIMIZERS,
    WALKING,
    Basins,
    OptimizerKey,
    ScheduleName,
    Sweep,
)

NAMES: dict[OptimizerKey, str] = {
    "sgd": "SGD",
    "momentum": N_("momentum"),
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
SCHEDULES: dict[ScheduleName, str] = {
    "constant": N_("constant"),
    "step": "StepLR",
    "cosine": N_("cosine"),
    "warmup": N_("warm-up"),
}
ROW, CURVES = 30, 290  # px
_PLACES = (0.22, 0.5, 0.72, 0.95)  # of the sequential scale, the lowest minimum first


def optimizer_colors(dark: bool) -> dict[OptimizerKey, str]:
    """Return one color for each optimizer."""
    return dict(zip(OPTIMIZERS, theme.palette(dark).categorical, strict=False))


def valley_color(rank: int) -> str:
    """Return the color of a minimum, 0 the lowest; the same in both themes."""
    table = theme.sampled("sequential", 101)
    r, g, b = table[round(100 * _PLACES[min(rank, len(_PLACES) - 1)])]
    return f"#{r:02x}{g:02x}{b:02x}"


def valley_ink(rank: int) -> str:
    """Return a color that can be read on that of a minimum."""
    return theme.LIGHT.text if rank >= 2 else theme.LIGHT.ground


def labels_of(minima: int, dark: bool) -> list[tuple[int, str, str]]:
    """Return label, words and color of everything that can become of a start."""
    p = theme.palette(dark)
    if minima == 1:
        found = [(0, _("at the minimum"), valley_color(0))]
    else:
        found = [
            (
                i,
                (_("minimum {n}") if i else _("minimum {n}, the lowest")).format(n=i + 1),
                valley_color(i),
            )
            for i in range(minima)
        ]
    return [
        *found,
        (WALKING, _("not arrived"), p.border),
        (GONE, _("gone: left the picture"), p.red),
    ]


def shares(basins: Basins, minima: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw for each optimizer which share of the starts ends where, as one bar."""
    names = [_(NAMES[o]) for o in OPTIMIZERS]
    fig = go.Figure()
    for label, words, color in labels_of(minima, dark):
        values = [basins.share(o, label) for o in OPTIMIZERS]
        if not any(values):
            continue
        fig.add_bar(
            name=words,
            y=names,
            x=values,
            orientation="h",
            marker={"color": color, "line": {"width": 0}},
            text=[f"{v:.0%}" if v >= 0.08 else "" for v in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": _ink(label, dark)},
            hovertemplate=_("%{{y}}: {words}<br>%{{x:.1%}} of the starts<extra></extra>").format(
                words=words
            ),
        )
    theme.style(fig, dark=dark, height=ROW * len(names) + 96, scale=scale)
    fig.update_layout(barmode="stack", bargap=0.22, legend={"traceorder": "normal"})
    fig.update_xaxes(range=[0, 1], tickformat=".0%", title_text=_("share of the starts"))
    fig.update_yaxes(autorange="reversed", showgrid=False)
    return fig


def _ink(label: int, dark: bool) -> str:
    if label >= 0:
        return valley_ink(label)
    if label == GONE:
        return theme.palette(dark).ground
    return theme.palette(dark).text


def over_rates(sweep: Sweep, rate: float, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the share of starts at the lowest minimum, and the steps until they arrive anywhere."""
    colors = optimizer_colors(dark)
    traces: list[dict[str, Any]] = []
    for name in OPTIMIZERS:
        line = {
            "type": "scatter",
            "x": sweep.rates,
            "mode": "lines",
            "name": _(NAMES[name]),
            "line": {"color": colors[name], "width": 2},
        }
        hover = _("<b>{names}</b>, rate %{{x:.3~g}}<br>").format(names=_(NAMES[name]))
        traces += [
            line
            | {
                "y": sweep.share(name, 0),
                "hovertemplate": hover + _("%{y:.1%} of the starts<extra></extra>"),
            },
            line
            | {
                "y": sweep.median_steps(name),
                "xaxis": "x2",
                "yaxis": "y2",
                "showlegend": False,
                "hovertemplate": hover + _("%{y:.0f} steps<extra></extra>"),
            },
        ]
    lowest = _("at the minimum") if sweep.minima == 1 else _("at the lowest minimum")
    x = {"type": "log", "dtick": 1, "tickformat": "~g", "title": {"text": _("learning rate")}}
    layout = panels.grid(
        (
            _("share of the starts {lowest}").format(lowest=lowest),
            _("steps until half of those that arrive are there"),
        ),
        [(x, {"range": [0, 1.03], "tickformat": ".0%"}), (x, {"rangemode": "tozero"})],
        gap=0.08,
        scale=scale,
    )
    if rate > 0:
        layout["shapes"] = panels.marks(rate, 2, theme.palette(dark).orange)
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=CURVES, scale=scale)
    fig.update_layout(legend={"y": 1.14}, margin={"t": round(60 * scale)})
    return fig


def schedules(
    rates: tuple[tuple[ScheduleName, tuple[float, ...], float], ...],
    chosen: ScheduleName,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the learning rate of every step under each schedule; the chosen one is orange."""
    p = theme.palette(dark)
    fig = go.Figure()
    for (name, values, _rest), color in zip(rates, p.categorical, strict=False):
        mine = name == chosen
        fig.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            name=_(SCHEDULES[name]),
            mode="lines",
            line={
                "color": p.orange if mine else color,
                "width": 3 if mine else 1.7,
                "shape": "hv" if name == "step" else "linear",
            },
            hovertemplate=_(
                "<b>{schedules}</b>, step %{{x}}<br>rate %{{y:.3~g}}<extra></extra>"
            ).format(schedules=_(SCHEDULES[name])),
        )
    theme.style(fig, dark=dark, height=230, scale=scale)
    fig.update_xaxes(title_text=_("step"))
    fig.update_yaxes(title_text=_("learning rate"), rangemode="tozero")
    return fig


def terrain_tints(dark: bool) -> tuple[tuple[int, ...], ...]:
    """Return the colors of the lowest and the highest loss of a map, and of the lines between."""
    if dark:
        return (9, 13, 18), (52, 64, 82), (70, 84, 104)
    return (205, 216, 230), (253, 254, 255), (170, 184, 202)
