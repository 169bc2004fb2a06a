"""The figure of the lesson on cost: time, memory, operations in sequence and path over n."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go

from viz_models.digits import digits
from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import CostRun, LayerKind

HEIGHT = 470  # px
TOP = 62  # px, for two lines of legend and the names of the panels
NAME: dict[LayerKind, str] = {
    "attention": N_("self-attention"),
    "fused": N_("self-attention, fused kernel"),
    "windowed": N_("restricted attention"),
    "recurrence": N_("recurrence"),
    "convolution": N_("convolution"),
}
DASH: dict[LayerKind, str] = {"fused": "dot", "windowed": "dash"}
PANELS = {
    "milliseconds": N_("time"),
    "peak_bytes": N_("memory"),
    "chain": N_("sequential operations"),
    "path": N_("path length"),
}
BYTES = {1 << 10: "1 KiB", 1 << 15: "32 KiB", 1 << 20: "1 MiB", 1 << 25: "32 MiB", 1 << 30: "1 GiB"}


def colors(*, dark: bool = False) -> dict[LayerKind, str]:
    """Return the color of each layer; the two kernels of self-attention share one."""
    first, *rest = theme.palette(dark).categorical
    return {"attention": first, "fused": first, **_paired(rest)}


def _paired(rest: Sequence[str]) -> dict[LayerKind, str]:
    return {"windowed": rest[3], "recurrence": rest[0], "convolution": rest[2]}


def over_length(run: CostRun, chosen: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw time, memory, operations in sequence and path length over n, all axes logarithmic.

    Args:
        run: What was measured.
        chosen: The n to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    ink = colors(dark=dark)
    traces = [
        line | {"showlegend": i == 0, "xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i)}
        for i, what in enumerate(PANELS)
        for line in _lines(run, what, ink)
    ]
    layout = panels.grid(list(PANELS.values()), _axes(run), scale=scale)
    layout["shapes"] = panels.marks(chosen, len(PANELS), theme.palette(dark).orange)
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.layout.margin.t = round(TOP * scale)
    fig.layout.legend.y = 1.07
    return fig


def _lines(run: CostRun, what: str, ink: dict[LayerKind, str]) -> Iterator[dict[str, Any]]:
    for kind in run.spec.kinds:
        if what == "path":
            places = [(p.n, p.length) for p in run.paths if p.kind == kind]
        else:
            places = [(p.n, getattr(p, what)) for p in run.of(kind)]
        yield {
            "type": "scatter",
            "x": [n for n, _y in places],
            "y": [y for _n, y in places],
            "name": NAME[kind],
            "mode": "lines+markers",
            "line": {"color": ink[kind], "width": 2, "dash": DASH.get(kind, "solid")},
            "marker": {"size": 5},
            "hovertemplate": f"<b>{_(NAME[kind])}</b>, n = %{{x}}<br>{_unit(what)}"
            f"{_fitted(run, kind, what)}<extra></extra>",
        }


def _unit(what: str) -> str:
    return {
        "milliseconds": "%{y:.4~g} ms",
        "peak_bytes": _("%{y:,} bytes"),
        "chain": _("%{y:,} operations"),
        "path": "%{y:,}",
    }[what]


def _fitted(run: CostRun, kind: LayerKind, what: str) -> str:
    """Return the slope as a line of hover text, where one was fitted."""
    for slope in run.slopes:
        if (slope.kind, slope.what) == (kind, what):
            return _("<br>slope {value} from n = {first} to {last}").format(
                value=digits(slope.value, 3), first=slope.fitted[0], last=slope.fitted[-1]
            )
    return ""


def _axes(run: CostRun) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    sizes = run.spec.sizes
    x = {
        "type": "log",
        "range": [math.log10(sizes[0] / 1.2), math.log10(sizes[-1] * 1.2)],
        "tickvals": sizes[::4],
        "ticktext": [str(n) for n in sizes[::4]],
        "tickangle": 0,
    }
    below = x | {"title": {"text": _("n, tokens")}}
    count = {"type": "log", "dtick": 1, "tickformat": "~s"}
    time = {"type": "log", "dtick": 1, "tickformat": "~g", "ticksuffix": " ms"}
    memory = {"type": "log", "tickvals": list(BYTES), "ticktext": list(BYTES.values())}
    return [(x, time), (x, memory), (below, count), (below, count)]
