"""Live curves: what runs have told so far in, an ECharts option out (a JSON-like dict).

An option and no Plotly figure: Streamlit mounts a Plotly chart anew at each change, and a chart
that grows once a second would flicker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.records import ENDED
from viz_models.records.curves import Course, CurveView, Metric, RunCurve

MOST_POINTS = 200  # of one series
MOST_BYTES = 20_000  # of a whole option
POINT_BYTES = 18  # "[48832,0.6123]," and a little
SERIES_BYTES = 420  # its name, color, width and label
SIGNIFICANT = 4
BAND = 0.18  # opacity of the range over seeds
AXIS = {"step": "steps", "sample": "samples seen", "second": "seconds of training"}
FINISHED = "finished"
Option = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn alike: the finished runs of an arm, or one run by itself."""

    label: str
    color: str
    runs: tuple[RunCurve, ...]

    @property
    def broken(self) -> bool:
        """Whether it ended otherwise than it should."""
        return self.runs[0].state in ENDED and self.runs[0].state != FINISHED

    @property
    def going(self) -> bool:
        """Whether more will come."""
        return self.runs[0].state not in ENDED


def curves(
    runs: Sequence[RunCurve],
    labels: Sequence[str],
    view: CurveView,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> Option:
    """One metric of all runs: mean and range over the finished seeds of an arm, others alone.

    A run that was lost, that diverged or was cancelled stays as far as it came, dashed, with a
    cross where it ended.

    Args:
        runs: Their `arm` is a place among the labels.
        labels: What is compared; each has one color.
        view: Which metric, along what.
        dark: Which theme is showing.
        scale: Enlarges letters and lines, for presenting.
    """
    if view.metric in ("gradient norm", "learning rate"):
        view = replace(view, examples="training")  # measured there alone
    drawn = list(_drawn(runs, labels, dark))
    share = _points(drawn, view)
    series = [s for d in drawn for s in _series(d, view, share, scale)]
    return _frame(view, drawn, dark=dark, scale=scale) | {"series": series}


def _drawn(runs: Sequence[RunCurve], labels: Sequence[str], dark: bool) -> Iterator[Drawn]:
    ink = colors(len(labels), dark=dark)
    for arm, label in enumerate(labels):
        members = [r for r in runs if r.arm == arm and len(r.training.step)]
        done = tuple(r for r in members if r.state == FINISHED)
        if done:
            yield Drawn(label, ink[arm], done)
        for run in members:
            if run.state != FINISHED:
                yield Drawn(_alone(label, run), ink[arm], (run,))


def _alone(label: str, run: RunCurve) -> str:
    said = "now" if run.state == "running" else run.state.replace("_", " ")
    return f"{label} seed {run.seed}, {said}".strip()


def colors(count: int, *, dark: bool = False) -> list[str]:
    """Color of each arm; after ten they repeat."""
    inks = theme.palette(dark).categorical
    return [inks[i % len(inks)] for i in range(count)]


def _courses(drawn: Drawn, view: CurveView) -> Iterator[tuple[str, list[Course]]]:
    """(which examples, those of each run) of what has points."""
    for name in ("training", "validation"):
        if view.examples in ("both", name):
            found = [c for r in drawn.runs if len((c := getattr(r, name)).step)]
            if found:
                yield name, found


def _points(drawn: Sequence[Drawn], view: CurveView) -> int:
    """How many points each series may have, so that all together stay within MOST_BYTES."""
    count = sum(
        3 if len(courses) > 1 and _has_band(name, view) else 1
        for d in drawn
        for name, courses in _courses(d, view)
    )
    if not count:
        return MOST_POINTS
    left = MOST_BYTES - 1500 - count * SERIES_BYTES
    return max(8, min(MOST_POINTS, left // (POINT_BYTES * count)))


def _has_band(name: str, view: CurveView) -> bool:
    """A training curve beside a validation curve goes without: two bands would hide the lines."""
    return name == "validation" or view.examples == "training"


def _series(drawn: Drawn, view: CurveView, share: int, scale: float) -> Iterator[Option]:
    found = list(_courses(drawn, view))
    for name, courses in found:
        x, mean, low, high = spread(courses, name, view, share)
        if len(courses) > 1 and _has_band(name, view):
            yield from _band(drawn, x, low, high, view)
        main = name == found[-1][0]  # validation, where there is any
        yield _line(drawn, name, x, mean, view, main=main, scale=scale)


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
    keep = _thin(len(grid), points)
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


def _thin(count: int, most: int) -> np.ndarray:
    """Places of at most so many values, evenly spread; the last is one of them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(int))


def _pairs(x: np.ndarray, y: np.ndarray, view: CurveView) -> list[list[float | None]]:
    """JSON has no NaN, and a logarithm no zero."""
    log = is_log(view)
    return [
        [_short(a), _short(b) if np.isfinite(b) and (b > 0 or not log) else None]
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]


def _short(value: float) -> float:
    number = float(f"{value:.{SIGNIFICANT}g}") if abs(value) < 10_000 else round(value)
    return int(number) if number == int(number) else number


def is_log(view: CurveView) -> bool:
    """An accuracy has no use for a logarithm."""
    return view.log and view.metric != "accuracy"


def _band(
    drawn: Drawn, x: np.ndarray, low: np.ndarray, high: np.ndarray, view: CurveView
) -> Iterator[Option]:
    """Two invisible lines, one on top of the other, and color between them."""
    bare = {
        "type": "line",
        "stack": f"band {drawn.label}",
        "stackStrategy": "all",
        "lineStyle": {"width": 0},
        "showSymbol": False,
        "silent": True,
        "z": 1,
        "tooltip": {"show": False},
    }
    yield {**bare, "data": _pairs(x, low, view)}
    fill = {"color": drawn.color, "opacity": BAND}
    yield {**bare, "data": _pairs(x, high - low, replace(view, log=False)), "areaStyle": fill}


def _line(
    drawn: Drawn,
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    view: CurveView,
    *,
    main: bool,
    scale: float,
) -> Option:
    dashed = "dashed" if drawn.broken else "solid"
    width = (1.4 if drawn.broken or drawn.going else 2.6) if main else 1.1
    both = view.examples == "both"
    return {
        "type": "line",
        "name": f"{drawn.label} {name}".strip() if both else drawn.label or name,
        "data": _pairs(x, y, view),
        "lineStyle": {
            "width": width * scale,
            "type": dashed,
            "opacity": 1 if main else 0.6,
        },
        "itemStyle": {"color": drawn.color},
        "color": drawn.color,
        "showSymbol": len(x) == 1,
        "symbolSize": 6 * scale,
        "z": 3 if main else 2,
        "emphasis": {"disabled": True},
    } | (_end(drawn, x, y, view, scale) if main else {})


def _end(drawn: Drawn, x: np.ndarray, y: np.ndarray, view: CurveView, scale: float) -> Option:
    """What stands where a line ends: its name and last value, a cross, or a dot that moves on."""
    known = np.flatnonzero(np.isfinite(y))
    if not len(known):
        return {}
    last = known[-1]
    size = round((theme.TEXT_SIZE - 0.5) * scale)
    text = {"color": drawn.color, "fontSize": size, "fontFamily": theme.FONT}
    if not drawn.broken and not drawn.going:
        said = "\n".join(filter(None, (drawn.label, reading(float(y[last]), view.metric))))
        label = {**text, "show": True, "formatter": said, "fontWeight": 600, "distance": 8}
        return {"endLabel": label, "labelLayout": {"moveOverlap": "shiftY"}}
    pair = _pairs(x[last : last + 1], y[last : last + 1], view)[0]
    mark = {
        "symbol": _CROSS if drawn.broken else "circle",
        "symbolSize": (9 if drawn.broken else 8) * scale,
        "data": [{"coord": pair}],
        "label": {
            **text,
            "show": True,
            "formatter": drawn.label,
            "position": "bottom" if drawn.broken else "top",
        },
        "silent": True,
        "animation": False,
    }
    return {"markPoint": mark}


_CROSS = (
    "path://M-1,-0.7L-0.7,-1L0,-0.3L0.7,-1L1,-0.7L0.3,0L1,0.7L0.7,1L0,0.3L-0.7,1L-1,0.7L-0.3,0Z"
)


def reading(value: float, metric: Metric) -> str:
    """A value as it stands beside its line."""
    return f"{100 * value:.1f} %" if metric == "accuracy" else digits(value, 3)


def _frame(view: CurveView, drawn: Sequence[Drawn], *, dark: bool, scale: float) -> Option:
    p = theme.palette(dark)
    small = round((theme.TEXT_SIZE - 0.5) * scale)
    longest = max((len(d.label) for d in drawn if not d.broken and not d.going), default=0)
    muted = {"color": p.muted, "fontSize": small, "fontFamily": theme.FONT}
    axis = {
        "axisLabel": {**muted, "hideOverlap": True},
        "nameTextStyle": muted,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": p.border}},
        "splitLine": {"lineStyle": {"color": theme.fade(p.muted, 0.18)}},
    }
    percent = {"min": 0, "max": 1} if view.metric == "accuracy" else {"scale": True}
    return {
        "animation": False,
        "textStyle": {"fontFamily": theme.FONT},
        "grid": {
            "left": 8,
            "right": round(min(190, 34 + 7.2 * max(longest, 6)) * scale),
            "top": round(16 * scale),
            "bottom": round(26 * scale),
            "containLabel": True,
        },
        "tooltip": {
            "trigger": "axis",
            "backgroundColor": p.card,
            "borderColor": p.border,
            "textStyle": {"color": p.text, "fontSize": small, "fontFamily": theme.FONT},
            "valueFormatter": "%.4g" if view.metric != "accuracy" else "percent",
            "confine": True,
            "order": "valueDesc",
        },
        "toolbox": {
            "right": 0,
            "itemSize": round(13 * scale),
            "iconStyle": {"borderColor": p.muted},
            "feature": {"saveAsImage": {"title": "Save", "backgroundColor": p.ground}},
        },
        "xAxis": {
            **axis,
            "type": "value",
            "name": AXIS[view.along],
            "nameLocation": "middle",
            "nameGap": round(24 * scale),
            "splitLine": {"show": False},
            "max": "dataMax",
        },
        "yAxis": {**axis, "type": "log" if is_log(view) else "value", **percent},
    }
