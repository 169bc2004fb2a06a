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
from viz_models.figures.train import curves_axes as train_axes
from viz_models.figures.train.curves_spread import is_log, pairs, short, spread
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import ENDED
from viz_models.records.train.curves import Course, CurveView, Examples, Metric, RunCurve
from viz_models.records.train.runs import STATE_NAMES

MOST_POINTS = 200  # of one series
MOST_BYTES = 16_500  # of a whole option; with what Streamlit adds a tick is below 20 kB
MANY = 6  # arms; of more there are only validation curves, without bands
POINT_BYTES = 18  # "[48832,0.6123]," and a little
SERIES_BYTES = 540  # its name, color, width and label
OUTSIDE = 1.5  # times the highest value of a healthy run: what is above is cut off
BAND = 0.18  # opacity of the range over seeds
FINISHED = "finished"
SAID: dict[Examples, str] = {
    "both": N_("{metric}: test thick, training thin"),
    "training": N_("training {metric}"),
    "validation": N_("test {metric}"),
}
EXAMPLES = {"training": N_("training"), "validation": N_("test")}  # as the hover names them
Option = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn alike: the finished runs of an arm, or one run by itself."""

    name: str  # what hover calls it
    said: str  # what stands where it ends; empty where a line alike says it
    color: str
    runs: tuple[RunCurve, ...]
    few: bool  # arms in the chart: then there is room for bands

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
    end: float | None = None,
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
        end: Where the runs will end along that, if it is known.
        dark: Which theme is showing.
        scale: Enlarges letters and lines, for presenting.
    """
    if view.metric in ("gradient norm", "learning rate"):
        view = replace(view, examples="training")  # measured there alone
    elif view.examples == "both" and len(labels) > MANY:
        view = replace(view, examples="validation")
    drawn = list(_drawn(runs, labels, dark))
    share = _points(drawn, view)
    top = ceiling(drawn, view)
    series = [s for d in drawn for s in _series(d, view, share, top, scale)]
    frame = train_axes.frame(
        view,
        caption=caption(drawn, view),
        longest=max((len(d.said) for d in drawn if not d.broken and not d.going), default=0),
        log=is_log(view),
        top=top,
        end=end,
        dark=dark,
        scale=scale,
    )
    return frame | {"series": series}


def caption(drawn: Sequence[Drawn], view: CurveView) -> str:
    """Return what thick, thin and pale stand for."""
    seeds = max((len(d.runs) for d in drawn), default=0)
    said = _(SAID[view.examples]).format(metric=_(view.metric))
    if seeds <= 1:
        return said
    range_too = drawn and drawn[0].few
    spread = _("mean and range of {seeds} seeds") if range_too else _("mean of {seeds} seeds")
    return f"{said}, {spread.format(seeds=seeds)}"


def _drawn(runs: Sequence[RunCurve], labels: Sequence[str], dark: bool) -> Iterator[Drawn]:
    ink = colors(len(labels), dark=dark)
    few = len(labels) <= MANY
    for arm, label in enumerate(labels):
        members = [r for r in runs if r.arm == arm and len(r.training.step)]
        done = tuple(r for r in members if r.state == FINISHED)
        if done:
            yield Drawn(label, label, ink[arm], done, few)
        for state in dict.fromkeys(r.state for r in members if r.state != FINISHED):
            alike = [r for r in members if r.state == state]
            for i, run in enumerate(alike):
                name = _alone(label, [run])
                said = _alone(label, alike) if state in ENDED else name
                yield Drawn(name, "" if state in ENDED and i else said, ink[arm], (run,), few)


def _alone(label: str, runs: Sequence[RunCurve]) -> str:
    state = runs[0].state
    said = _("now") if state == "running" else _(STATE_NAMES[state])
    many = ", ".join(str(r.seed) for r in runs[:4]) + (" …" if len(runs) > 4 else "")
    seeds = ngettext("seed {seeds}", "seeds {seeds}", len(runs)).format(seeds=many)
    return f"{label} {seeds} {said}".strip()


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


def ceiling(drawn: Sequence[Drawn], view: CurveView) -> float | None:
    """Where the axis ends, if a run that broke off would squeeze the others flat; else None."""
    highest = {True: 0.0, False: 0.0}
    for each in drawn:
        for _rest, courses in _courses(each, view):
            values = np.concatenate([c.value[view.metric] for c in courses])
            known = values[np.isfinite(values)]
            highest[each.broken] = max(highest[each.broken], float(known.max(initial=0.0)))
    if not highest[False] or highest[True] <= OUTSIDE * highest[False]:
        return None
    return short(OUTSIDE * highest[False])


def _points(drawn: Sequence[Drawn], view: CurveView) -> int:
    """How many points each series may have, so that all together stay within MOST_BYTES."""
    count = sum(
        3 if len(courses) > 1 and _has_band(d, name, view) else 1
        for d in drawn
        for name, courses in _courses(d, view)
    )
    if not count:
        return MOST_POINTS
    left = MOST_BYTES - 1500 - count * SERIES_BYTES
    return max(8, min(MOST_POINTS, left // (POINT_BYTES * count)))


def _has_band(drawn: Drawn, name: str, view: CurveView) -> bool:
    """Return a training curve beside a validation curve goes without.

    Two bands would hide the lines.
    """
    return drawn.few and (name == "validation" or view.examples == "training")


def _series(
    drawn: Drawn, view: CurveView, share: int, top: float | None, scale: float
) -> Iterator[Option]:
    found = list(_courses(drawn, view))
    for name, courses in found:
        x, mean, low, high = spread(courses, name, view, share)
        if len(courses) > 1 and _has_band(drawn, name, view):
            yield from _band(drawn, x, low, high, view)
        main = name == found[-1][0]  # validation, where there is any
        yield _line(drawn, name, x, _under(mean, top), view, main=main, scale=scale)


def _under(values: np.ndarray, top: float | None) -> np.ndarray:
    return values if top is None else np.minimum(values, top)


def _band(
    drawn: Drawn, x: np.ndarray, low: np.ndarray, high: np.ndarray, view: CurveView
) -> Iterator[Option]:
    """Two invisible lines, one on top of the other, and color between them."""
    bare = {
        "type": "line",
        "stack": f"band {drawn.name}",
        "stackStrategy": "all",
        "lineStyle": {"width": 0},
        "showSymbol": False,
        "silent": True,
        "z": 1,
        "tooltip": {"show": False},
    }
    yield {**bare, "data": pairs(x, low, view)}
    fill = {"color": drawn.color, "opacity": BAND}
    yield {**bare, "data": pairs(x, high - low, replace(view, log=False)), "areaStyle": fill}


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
        "name": f"{drawn.name} {_(EXAMPLES[name])}".strip()
        if both
        else drawn.name or _(EXAMPLES[name]),
        "data": pairs(x, y, view),
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
    """Return what stands where a line ends.

    Its name and last value, a cross, or a dot that moves on.
    """
    known = np.flatnonzero(np.isfinite(y))
    if not len(known):
        return {}
    last = known[-1]
    size = round((theme.TEXT_SIZE - 0.5) * scale)
    text = {"color": drawn.color, "fontSize": size, "fontFamily": theme.FONT}
    if not drawn.broken and not drawn.going:
        said = "\n".join(filter(None, (drawn.said, reading(float(y[last]), view.metric))))
        label = {**text, "show": True, "formatter": said, "fontWeight": 600, "distance": 8}
        label |= {"lineHeight": round(1.3 * size), "offset": [0, -size / 2]}
        return {"endLabel": label, "labelLayout": {"moveOverlap": "shiftY"}}
    pair = pairs(x[last : last + 1], y[last : last + 1], view)[0]
    mark = {
        "symbol": _CROSS if drawn.broken else "circle",
        "symbolSize": (9 if drawn.broken else 8) * scale,
        "data": [{"coord": pair}],
        "label": {
            **text,
            "show": bool(drawn.said),
            "formatter": drawn.said,
            "position": "top" if drawn.broken else "right",
            "align": "right" if drawn.broken else "left",  # it may be the end of the chart
        },
        "silent": True,
        "animation": False,
    }
    return {"markPoint": mark}


_CROSS = (
    "path://M-1,-0.7L-0.7,-1L0,-0.3L0.7,-1L1,-0.7L0.3,0L1,0.7L0.7,1L0,0.3L-0.7,1L-1,0.7L-0.3,0Z"
)


def reading(value: float, metric: Metric) -> str:
    """Return a value as it stands beside its line."""
    return f"{100 * value:.1f} %" if metric == "accuracy" else digits(value, 3)
