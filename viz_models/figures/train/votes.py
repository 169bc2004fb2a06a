"""What people predicted, as bars: an ECharts option, which a chart takes on without a flicker."""

from collections.abc import Mapping
from typing import Any

from viz_models.figures import theme

ROW = 30  # px at normal type size


def height(choices: int) -> int:
    """Of the chart, in px at normal type size."""
    return ROW * choices + 8


def votes(
    counts: Mapping[str, int], mine: str | None, *, dark: bool = False, scale: float = 1.0
) -> dict[str, Any]:
    """One bar a choice, with its count behind it.

    Args:
        counts: Choice in words -> how many predicted it.
        mine: The choice of whoever looks; None without one.
        dark: Which theme is showing.
        scale: Enlarges letters, for presenting.
    """
    p = theme.palette(dark)
    size = round(theme.TEXT_SIZE * scale)
    letters = {"color": p.text, "fontSize": size, "fontFamily": theme.FONT}
    bars = [
        {"value": count, "itemStyle": {"color": p.orange if choice == mine else p.categorical[0]}}
        for choice, count in counts.items()
    ]
    return {
        "animation": False,
        "grid": {
            "left": 0,
            "right": round(40 * scale),
            "top": 0,
            "bottom": 0,
            "containLabel": True,
        },
        "xAxis": {"type": "value", "show": False, "max": max(1, *counts.values())},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(counts),
            "axisLabel": letters,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "series": [
            {
                "type": "bar",
                "data": bars,
                "barWidth": round(12 * scale),
                "showBackground": True,
                "backgroundStyle": {"color": theme.fade(p.muted, 0.15)},
                "label": {"show": True, "position": "right", **letters, "fontWeight": 700},
                "silent": True,
            }
        ],
    }
