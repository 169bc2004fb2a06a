"""What a network looked like inside while it trained: moments in, an ECharts option out."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import Moment

Inside = Literal["gradient norm", "activation mean", "activation std"]
ROW = 17  # px, of one layer
AROUND = 78  # px, for the axis and the scale
MOST_ROWS = 24
SIGNED: tuple[Inside, ...] = ("activation mean",)


def table(moments: Sequence[Moment], what: Inside) -> tuple[tuple[str, ...], np.ndarray]:
    """Layers of the last moment, and their values: (layers, moments) float64; NaN where none.

    A network that grows has layers later that it had not before. Of more than 24 layers every
    n-th one is shown, the first and the last always.
    """
    layers = moments[-1].layers
    if len(layers) > MOST_ROWS:
        keep = np.unique(np.linspace(0, len(layers) - 1, MOST_ROWS).round().astype(int))
        layers = tuple(layers[i] for i in keep)
    found = np.full((len(layers), len(moments)), np.nan)
    for column, moment in enumerate(moments):
        values = dict(zip(moment.layers, _values(moment, what), strict=True))
        found[:, column] = [values.get(name, np.nan) for name in layers]
    return layers, found


def _values(moment: Moment, what: Inside) -> tuple[float, ...]:
    if what == "gradient norm":
        return moment.gradient_norms
    return moment.activation_means if what == "activation mean" else moment.activation_stds


def height(layers: int) -> int:
    """Px that the heatmap needs for so many layers."""
    return AROUND + ROW * min(layers, MOST_ROWS)


def heatmap(
    moments: Sequence[Moment], what: Inside, at: int, *, dark: bool = False, scale: float = 1.0
) -> dict[str, Any]:
    """One row a layer, one column a moment; norms and deviations by their logarithm.

    Args:
        moments: In the order in which they were taken; at least one.
        what: Which number of each layer.
        at: The chosen column.
        dark: Which theme is showing.
        scale: Enlarges letters, for presenting.
    """
    p = theme.palette(dark)
    layers, values = table(moments, what)
    shown = values if what in SIGNED else _log(values)
    low, high = _limits(shown, signed=what in SIGNED)
    small = round((theme.TEXT_SIZE - 1) * scale)
    text = {"color": p.muted, "fontSize": small, "fontFamily": theme.FONT}
    axis = {"type": "category", "axisTick": {"show": False}, "axisLine": {"show": False}}
    return {
        "animation": False,
        "textStyle": {"fontFamily": theme.FONT},
        "grid": {
            "left": 8,
            "right": 12,
            "top": round(34 * scale),
            "bottom": round(24 * scale),
            "containLabel": True,
        },
        "tooltip": {
            "backgroundColor": p.card,
            "borderColor": p.border,
            "textStyle": {"color": p.text, "fontSize": small},
            "formatter": _("{@[4]}<br>after {@[5]} samples<br>") + _(what) + " {@[3]}",
            "confine": True,
        },
        "visualMap": _color_scale(what, (low, high), text, dark=dark, scale=scale),
        "xAxis": {
            **axis,
            "data": [f"{m.samples:,}" for m in moments],
            "axisLabel": {**text, "hideOverlap": True},
            "name": _("samples seen"),
            "nameLocation": "middle",
            "nameGap": round(22 * scale),
            "nameTextStyle": text,
        },
        "yAxis": {**axis, "data": list(layers), "inverse": True, "axisLabel": text},
        "series": [
            {
                "type": "heatmap",
                "data": _cells(layers, values, shown, moments),
                "itemStyle": {"borderColor": p.card, "borderWidth": 1},
                "emphasis": {"itemStyle": {"borderColor": p.text}},
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "label": {"show": False},
                    "lineStyle": {"color": p.orange, "width": 2.5, "type": "solid"},
                    "data": [{"xAxis": at}],
                },
            }
        ],
    }


def _color_scale(
    what: Inside, limits: tuple[float, float], text: dict[str, Any], *, dark: bool, scale: float
) -> dict[str, Any]:
    """Return the color bar. The ends of a logarithmic one are named by the values themselves."""
    low, high = limits
    kind: theme.Scheme = "diverging" if what in SIGNED else "sequential"
    return {
        "min": low,
        "max": high,
        "dimension": 2,
        "calculable": False,
        "orient": "horizontal",
        "right": 8,
        "top": 0,
        "itemWidth": round(10 * scale),
        "itemHeight": round(90 * scale),
        "text": [_name(v if what in SIGNED else 10**v) for v in (high, low)],
        "textStyle": text,
        "inRange": {"color": list(theme.stops(kind, dark=dark))},
    }


def _log(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(values)
    return np.where(np.isfinite(logs), logs, np.nan)


def _limits(values: np.ndarray, *, signed: bool) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not known.size:
        return -1.0, 1.0
    low, high = float(known.min()), float(known.max())
    if signed:
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _cells(
    layers: Sequence[str], values: np.ndarray, shown: np.ndarray, moments: Sequence[Moment]
) -> list[list[Any]]:
    return [
        [x, y, round(float(shown[y, x]), 4), _name(values[y, x]), name, f"{moments[x].samples:,}"]
        for y, name in enumerate(layers)
        for x in range(len(moments))
        if np.isfinite(shown[y, x])
    ]


def _name(value: float) -> str:
    return f"{value:.3g}"
