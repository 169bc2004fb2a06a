"""Many runs as one curve: mean and range where all of them are; numbers as ECharts takes them."""

from collections.abc import Sequence

import numpy as np

from viz_models.records.train.curves import Course, CurveView

SIGNIFICANT = 4


def spread(
    courses: Sequence[Course], name: str, view: CurveView, points: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean and range of several runs, where all of them are.

    Args:
        courses: Of at least one run.
        name: "training" is smoothed, "validation" never.
        view: Which metric, along what.
        points: How many at most.

    Returns:
        Places along the axis, mean, lowest and highest there; each (n,) float.
    """
    smoothing = view.smoothing if name == "training" else 0.0
    values = [smoothed(c.value[view.metric], smoothing) for c in courses]
    places = [getattr(c, view.along).astype(float) for c in courses]
    if any(len(p) != len(places[0]) or (p != places[0]).any() for p in places):
        start, end = max(p[0] for p in places), min(p[-1] for p in places)
        grid = np.linspace(start, max(start, end), min(points, max(len(p) for p in places)))
        values = [np.interp(grid, p, v) for p, v in zip(places, values, strict=True)]
    else:
        grid = places[0]
    keep = thin(len(grid), points)
    table = np.array(values)[:, keep]
    return grid[keep], table.mean(axis=0), table.min(axis=0), table.max(axis=0)


def smoothed(values: np.ndarray, share: float) -> np.ndarray:
    """Exponential moving average, without the pull of its start; NaN stays, and counts for none.

    References:
        Kingma & Ba 2015, section 3 (the correction of the bias): arXiv:1412.6980.
    """
    if not share:
        return values
    out, kept, weight = np.full(len(values), np.nan), 0.0, 0.0
    for i, value in enumerate(values):
        if np.isfinite(value):
            kept, weight = share * kept + (1 - share) * value, share * weight + (1 - share)
            out[i] = kept / weight
    return out


def thin(count: int, most: int) -> np.ndarray:
    """Places of at most so many values, evenly spread; the last is one of them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(int))


def pairs(x: np.ndarray, y: np.ndarray, view: CurveView) -> list[list[float | None]]:
    """JSON has no NaN, and a logarithm no zero."""
    log = is_log(view)
    return [
        [short(a), short(b) if np.isfinite(b) and (b > 0 or not log) else None]
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]


def short(value: float) -> float:
    """Four significant digits, whole numbers without a point: what a chart can show."""
    number = float(f"{value:.{SIGNIFICANT}g}") if abs(value) < 10_000 else round(value)
    return int(number) if number == int(number) else number


def is_log(view: CurveView) -> bool:
    """Return whether the axis is logarithmic; an accuracy has no use for that."""
    return view.log and view.metric != "accuracy"
