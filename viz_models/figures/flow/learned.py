"""A network while it learned: its first filters as pixels, its guesses as an ECharts option."""

from typing import Any

import numpy as np

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records.flow.learned import DemoMoments

HEIGHT = 280  # px, of the chart
ENLARGED, GAP, COLUMNS = 2, 1, 8  # px of a weight, px between two filters, filters in a row


def mosaic(filters: np.ndarray, *, dark: bool = False) -> tuple[np.ndarray, float]:
    """Return filters as little color pictures, as Krizhevsky et al. 2012 show them in figure 3.

    Args:
        filters: (n, 3, h, w) float32, of a layer that reads red, green and blue.
        dark: Which theme is showing.

    Returns:
        (H, W, 3) uint8, where gray is a weight of zero, and the weight that has full color: all
        but one of a hundred are within it.
    """
    full = float(np.quantile(np.abs(filters), 0.99)) or 1.0
    colors = np.round(127.5 + 127.5 * (filters / full).clip(-1, 1)).astype(np.uint8)
    colors = colors.transpose(0, 2, 3, 1).repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
    n, h, w, _ = colors.shape
    rows = -(-n // COLUMNS)
    ground = theme.rgb(theme.palette(dark).ground)
    sheet = np.empty((rows * (h + GAP) - GAP, COLUMNS * (w + GAP) - GAP, 3), np.uint8)
    sheet[:] = ground
    for i, color in enumerate(colors):
        top, left = i // COLUMNS * (h + GAP), i % COLUMNS * (w + GAP)
        sheet[top : top + h, left : left + w] = color
    return sheet, full


def course(
    record: DemoMoments, labels: tuple[str, ...], at: int, *, dark: bool = False, scale: float = 1.0
) -> dict[str, Any]:
    """Return the photo's true class and the test accuracy over the moments.

    Args:
        record: The training.
        labels: What the moments are called.
        at: The chosen moment.
        dark: Which theme is showing.
        scale: Enlarges letters, for presenting.
    """
    p = theme.palette(dark)
    small = round((theme.TEXT_SIZE - 1) * scale)
    text = {"color": p.muted, "fontSize": small, "fontFamily": theme.FONT}
    true = record.classes.index(record.shows)
    lines = (
        (
            _("“{shows}”, this photo").format(shows=record.shows),
            p.blue,
            [m.probabilities[true] for m in record.moments],
        ),
        (
            _("right, {tested} test pictures").format(tested=record.tested),
            p.gold,
            [m.accuracy for m in record.moments],
        ),
    )
    return {
        "animation": False,
        "textStyle": {"fontFamily": theme.FONT},
        "legend": {"top": 0, "left": 0, "textStyle": text, "itemHeight": 8, "icon": "roundRect"},
        "grid": {
            "left": 4,
            "right": 22,
            "top": round(44 * scale),
            "bottom": round(22 * scale),
            "containLabel": True,
        },
        "tooltip": {
            "trigger": "axis",
            "backgroundColor": p.card,
            "borderColor": p.border,
            "textStyle": {"color": p.text, "fontSize": small},
            "confine": True,
        },
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "boundaryGap": False,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": p.border}},
            "axisLabel": {**text, "hideOverlap": True},
            "name": _("pictures seen"),
            "nameLocation": "middle",
            "nameGap": round(22 * scale),
            "nameTextStyle": text,
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "max": 100,
            "axisLabel": {**text, "formatter": "{value} %"},
            "splitLine": {"lineStyle": {"color": p.border}},
        },
        "series": [
            _line(name, color, values, at, p.orange, scale) for name, color, values in lines
        ],
    }


def _line(
    name: str, color: str, shares: list[float], at: int, chosen: str, scale: float
) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [round(100 * share, 1) for share in shares],
        "symbolSize": round(5 * scale),
        "lineStyle": {"color": color, "width": 2},
        "itemStyle": {"color": color},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "label": {"show": False},
            "lineStyle": {"color": chosen, "width": 2, "type": "solid"},
            "data": [{"xAxis": at}],
        },
    }
