"""A sweep as a table of colored cells, each with its seeds; for ECharts, as it fills while we look.

One axis counts cells and carries the names; a second one, which is not drawn, places the seeds
within a cell.
"""

import math
from typing import Any

from viz_models.digits import digits, percent
from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.language import numbered
from viz_models.records.train.cards import Measure
from viz_models.records.train.runs import STATE_NAMES
from viz_models.records.train.sweep import Cell, Grid

LESS_IS_BETTER: set[Measure] = {
    "test loss",
    "training loss",
    "training error",
    "seconds",
}
ROW, MOST = 128, 400  # px, of a row, and of all rows together
FRAME = 34  # px, for the names of the columns
LEFT, WIDE, BELOW = 0.08, 0.84, 0.8  # where the seeds stand within a cell, in cells
DARK_LETTERS = 0.62  # brightness above which letters are dark
BROKEN = ("failed", "timed_out", "diverged", "lost")
Point = tuple[float, float] | None


def height(grid: Grid) -> int:
    """Return how high the chart is, in px at normal type size."""
    rows = len(grid.rows)
    return FRAME + max(56 * rows, min(ROW * rows, MOST))


def heatmap(grid: Grid, chosen: int, *, dark: bool = False, scale: float = 1.0) -> dict[str, Any]:
    """One cell for each pair of values: its mean as a number and a color, its seeds as points.

    Bright is better. The points of all cells are on one scale, from the lowest seed of the sweep
    at the left of a cell to the highest at its right.

    Args:
        grid: What is known so far.
        chosen: Place of the cell with the orange frame.
        dark: Which theme is showing.
        scale: Enlarges letters and points, for presenting.
    """
    p = theme.palette(dark)
    columns = len(grid.columns)
    colors = [_color(grid, cell, p) for cell in grid.cells]
    ground = {"borderColor": p.card, "borderWidth": 2}
    cells = {
        "type": "heatmap",
        "data": [_cell(grid, place, color, p, scale) for place, color in enumerate(colors)],
        "itemStyle": ground,
        "emphasis": {"disabled": True},
        "selectedMode": "single",  # so that clicks are told
        "select": {"itemStyle": ground},
    }
    pieces = [{"value": place, "color": color} for place, color in enumerate(colors)]
    return _frame(grid, p, scale) | {
        "visualMap": {
            "type": "piecewise",
            "show": False,
            "seriesIndex": 0,
            "dimension": 2,
            "pieces": pieces,
        },
        "series": [cells, *_seeds(grid, scale), _chosen(chosen, columns, p, scale)],
    }


def number(value: float, measure: Measure) -> str:
    """Return a value as a cell shows it: "97.2 %", "0.084"."""
    return percent(value) if measure in ("accuracy", "training error") else digits(value, 3)


def state(cell: Cell) -> str:
    """Return how its runs stand, where that is worth a word: "2 of 5 run", "1 diverged"."""
    parts = [f"{n} {_(STATE_NAMES[word])}" for word in BROKEN if (n := cell.count(word))]
    if n := cell.count("cancelled", "stopped early"):
        parts.append(_("{n} stopped").format(n=n))
    if n := cell.count("starting", "running"):
        parts.append(_("{n} running").format(n=n))
    if n := cell.count("queued", "paused"):
        waiting = _("{n} waiting") if cell.count("queued") else _("{n} paused")
        parts.append(waiting.format(n=n))
    return ", ".join(parts)


def _ends(values: list[float]) -> tuple[float, float]:
    """Return where the scale begins and ends."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5 * abs(low or 1), high + 0.5 * abs(high or 1))


def _brightness(grid: Grid, mean: float) -> float:
    """Return how good a cell is beside the others: 0 is the worst, 1 the best."""
    low, high = _ends([cell.mean for cell in grid.known if cell.mean is not None])
    share = (mean - low) / (high - low)
    return 1 - share if grid.measure in LESS_IS_BETTER else share


def _color(grid: Grid, cell: Cell, p: theme.Palette) -> str:
    if cell.mean is None:
        return theme.fade(p.muted, 0.16)
    at = theme.lut("sequential")[round(255 * _brightness(grid, cell.mean))]
    return f"rgb({at[0]}, {at[1]}, {at[2]})"


def _cell(grid: Grid, place: int, color: str, p: theme.Palette, scale: float) -> dict[str, Any]:
    """Return one cell: where it is, what it says, and what hovering says."""
    cell = grid.cells[place]
    stands = state(cell)
    at = [place % len(grid.columns), place // len(grid.columns), place]
    if cell.mean is None:
        said = stands or (_("no number") if cell.runs else _("not run yet"))
        ink = p.red if cell.count(*BROKEN) else p.muted
        return {
            "value": at,
            "name": f"{numbered(cell.label)}: {said}",
            "label": _label("", said, ink, scale),
        }
    large, spread = number(cell.mean, grid.measure), _spread(cell, grid.measure)
    ink = "#10151c" if _brightness(grid, cell.mean) > DARK_LETTERS else "#ffffff"
    told = ", ".join(filter(None, (large, spread, stands)))
    return {
        "value": at,
        "name": f"{numbered(cell.label)}: {told}",
        "label": _label(large, stands or spread, ink, scale),
    }


def _spread(cell: Cell, measure: Measure) -> str:
    """Return from where to where the seeds of a cell go."""
    if len(cell.values) < 2:
        return _("1 seed")
    ends = [number(end, measure).removesuffix(" %") for end in (min(cell.values), max(cell.values))]
    return _("{count} seeds: {ends} to {ends_2}").format(
        count=len(cell.values), ends=ends[0], ends_2=ends[1]
    )


def _label(large: str, small: str, ink: str, scale: float) -> dict[str, Any]:
    letters = {"color": ink, "fontFamily": theme.FONT}
    return {
        "show": True,
        "position": "inside",
        "offset": [0, round(-8 * scale)],
        "formatter": f"{{a|{large}}}\n{{b|{small}}}" if large else f"{{b|{small}}}",
        "rich": {
            "a": letters | {"fontSize": round(18 * scale), "fontWeight": 700},
            "b": letters
            | {"fontSize": round((theme.TEXT_SIZE - 1) * scale), "lineHeight": round(18 * scale)},
        },
    }


def _seeds(grid: Grid, scale: float) -> list[dict[str, Any]]:
    """Return the points of all seeds, and the lines that they stand on."""
    columns = len(grid.columns)
    known = [(place, cell) for place, cell in enumerate(grid.cells) if cell.values]
    low, high = _ends([v for _, cell in known for v in cell.values if math.isfinite(v)])
    points: list[Point] = []
    rails: list[Point] = []
    for i, cell in known:
        x, y = i % columns + LEFT, i // columns + BELOW
        rails += [(x, y), (x + WIDE, y), None]
        points += [(x + WIDE * (v - low) / (high - low), y) for v in cell.values]
    second = {"xAxisIndex": 1, "yAxisIndex": 1, "silent": True, "tooltip": {"show": False}}
    return [
        second
        | {
            "type": "line",
            "data": [list(at) if at else ["-", "-"] for at in rails],
            "symbol": "none",
            "lineStyle": {"color": "rgba(255,255,255,0.5)", "width": 1},
        },
        second
        | {
            "type": "scatter",
            "data": [list(at) for at in points if at],
            "symbolSize": round(8 * scale),
            "itemStyle": {"color": "#ffffff", "borderColor": "#10151c", "borderWidth": 1},
        },
    ]


def _chosen(place: int, columns: int, p: theme.Palette, scale: float) -> dict[str, Any]:
    """Return the orange frame of the chosen cell."""
    x, y = place % columns, place // columns
    corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {
        "type": "line",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "data": corners,
        "symbol": "none",
        "silent": True,
        "tooltip": {"show": False},
        "clip": False,
        "lineStyle": {"color": p.orange, "width": round(3 * scale)},
        "z": 5,
    }


def _frame(grid: Grid, p: theme.Palette, scale: float) -> dict[str, Any]:
    size = round(theme.TEXT_SIZE * scale)
    letters = {"color": p.text, "fontSize": size, "fontFamily": theme.FONT}
    bare = {"axisTick": {"show": False}, "axisLine": {"show": False}}
    axis = {"type": "category", "axisLabel": letters | {"interval": 0}, **bare}
    hidden = {"type": "value", "show": False, "min": 0}
    return {
        "animation": False,
        "textStyle": {"fontFamily": theme.FONT},
        "grid": {
            "left": 4,
            "right": 4,
            "top": 4,
            "bottom": round(4 * scale),
            "containLabel": True,
        },
        "tooltip": {
            "formatter": "{b}",
            "backgroundColor": p.card,
            "borderColor": p.border,
            "textStyle": letters,
            "confine": True,
        },
        "xAxis": [
            axis | {"data": list(map(numbered, grid.columns))},
            hidden | {"max": len(grid.columns)},
        ],
        "yAxis": [
            axis | {"data": list(map(numbered, grid.rows)), "inverse": True},
            hidden | {"max": len(grid.rows), "inverse": True},
        ],
    }
