"""What a class estimates, as a histogram: an ECharts option, which takes on votes as they come."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from viz_models.digits import count, digits
from viz_models.figures import theme
from viz_models.language import gettext as _

HEIGHT = 240  # px at normal type size
_BINS = 6  # about so many for the middle nine tenths
_WIDE = 50.0  # where the largest is so many times the smallest, every bin is so many times wider
_SMALLEST = 1e-12  # bars are no narrower
_NICE = (1.0, 2.0, 5.0, 10.0)


def histogram(
    numbers: Sequence[float],
    *,
    answer: float | None = None,
    mine: float | None = None,
    dark: bool = False,
    scale: float = 1.0,
) -> dict[str, Any]:
    """One bar for each range of numbers, with its count on top.

    Args:
        numbers: All estimates.
        answer: The right number, whose bar is green; None marks none.
        mine: The estimate of whoever looks, whose bar is orange.
        dark: Which theme is showing.
        scale: Enlarges letters, for presenting.
    """
    p = theme.palette(dark)
    edges = bins([*numbers, *([] if answer is None else [answer])])
    counts = np.bincount(places(numbers, edges), minlength=len(edges) + 1)
    colors = [p.categorical[0]] * len(counts)
    for value, color in ((mine, p.orange), (answer, p.green)):
        if value is not None:
            colors[int(places([value], edges)[0])] = color
    size = round(theme.TEXT_SIZE * scale)
    letters = {"color": p.text, "fontSize": size, "fontFamily": theme.FONT}
    under: list[Any] = list(names(edges))
    if answer is not None:  # its bar may have no height
        place = int(places([answer], edges)[0])
        look = {"color": p.green_text, "fontWeight": "bold"}
        under[place] = {"value": under[place], "textStyle": look}
    goes = [counts[i] == 0 and colors[i] == p.categorical[0] for i in (0, -1)]  # of the open ends
    first, last = int(goes[0]), len(counts) - int(goes[1])
    bars = [
        {"value": int(counts[i]), "itemStyle": {"color": colors[i]}} for i in range(first, last)
    ]
    return {
        "animation": False,
        "grid": {
            "left": 4,
            "right": 4,
            "top": round(26 * scale),
            "bottom": 4,
            "containLabel": True,
        },
        "xAxis": {
            "type": "category",
            "data": under[first:last],
            "axisLabel": {**letters, "interval": 0, "lineHeight": round(1.35 * size)},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": p.border}},
        },
        "yAxis": {"type": "value", "show": False, "min": 0, "max": max(1, int(counts.max()))},
        "series": [
            {
                "type": "bar",
                "data": bars,
                "barCategoryGap": "6%",
                "label": {"show": True, "position": "top", **letters, "fontWeight": 700},
                "silent": True,
            }
        ],
    }


def bins(numbers: Sequence[float]) -> list[float]:
    """Return where one bar ends and the next begins: round numbers around the middle nine tenths.

    What lies outside falls into two open ends, so that one wild guess squeezes nobody.
    """
    if not numbers:
        return [0.0, 1.0]
    low, high = (float(q) for q in np.quantile(numbers, (0.05, 0.95)))
    if low > _SMALLEST and high / low >= _WIDE:
        decades = math.log10(high / low)
        steps = (1.0, 3.0) if decades < 4 else (1.0,)
        leap = math.ceil(decades / 8)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + leap + 1, leap)
        edges = [step * 10.0**power for power in powers for step in steps]
        first = max(i for i, edge in enumerate(edges) if edge <= low)
        last = min(i for i, edge in enumerate([*edges, math.inf]) if edge > high)
        return edges[first : last + 1]
    width = (high - low) / _BINS or abs(low) / 10 or 1.0
    width = max(width, _SMALLEST, 1e-9 * max(abs(low), abs(high)))  # what a float can tell apart
    power = 10.0 ** math.floor(math.log10(width))
    step = next(nice * power for nice in _NICE if nice * power >= width * (1 - 1e-9))
    begin = math.floor(low / step)
    return [step * (begin + i) for i in range(math.floor(high / step) - begin + 2)]


def places(numbers: Sequence[float], edges: Sequence[float]) -> np.ndarray:
    """Return the bar of each number; 0 is the open end below, len(edges) the one above."""
    return np.searchsorted(edges, numbers, side="right")


def names(edges: Sequence[float]) -> list[str]:
    """Return what stands under each bar, the open ends included."""
    said = [number(edge) for edge in edges]
    inner = [_("{low}\nto {high}").format(low=low, high=high) for low, high in pairwise(said)]
    return [
        _("below\n{said}").format(said=said[0]),
        *inner,
        _("{said}\nor more").format(said=said[-1]),
    ]


def number(value: float) -> str:
    """Return an estimate as people write it: "11.7 M", "2,500", "0.25"."""
    if abs(value) >= 1e12:
        return digits(value, 3)
    if abs(value) >= 1e3:
        return f"{'−' * (value < 0)}{count(abs(value)).replace('.0 ', ' ')}"
    return digits(value, 4)
