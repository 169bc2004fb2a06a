"""What a layer over n tokens costs: a run in, go.Figure out."""

import math
from collections.abc import Iterator, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.records import CostRun, LayerKind

HEIGHT = 470  # px
TOP = 62  # px, for two lines of legend and the names of the panels
NAME: dict[LayerKind, str] = {
    "attention": "self-attention",
    "fused": "self-attention, fused kernel",
    "windowed": "restricted attention",
    "recurrence": "recurrence",
    "convolution": "convolution",
}
DASH: dict[LayerKind, str] = {"fused": "dot", "windowed": "dash"}
PANELS = {
    "milliseconds": "time",
    "peak_bytes": "memory",
    "chain": "in sequence",
    "path": "path",
}
BYTES = {1 << 10: "1 KiB", 1 << 15: "32 KiB", 1 << 20: "1 MiB", 1 << 25: "32 MiB", 1 << 30: "1 GiB"}


def colors(*, dark: bool = False) -> dict[LayerKind, str]:
    """Color of each layer; the two kernels of self-attention share one."""
    first, *rest = theme.palette(dark).categorical
    return {"attention": first, "fused": first, **_paired(rest)}


def _paired(rest: Sequence[str]) -> dict[LayerKind, str]:
    return {"windowed": rest[3], "recurrence": rest[0], "convolution": rest[2]}


def over_length(run: CostRun, chosen: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Time, memory, waiting operations and path length over n, all axes logarithmic.

    Args:
        run: What was measured.
        chosen: The n to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    fig = make_subplots(rows=2, cols=2, subplot_titles=list(PANELS.values()), vertical_spacing=0.17)
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    ink = colors(dark=dark)
    for i, what in enumerate(PANELS):
        for trace in _lines(run, what, ink):
            fig.add_trace(trace.update(showlegend=i == 0), row=i // 2 + 1, col=i % 2 + 1)
    fig.add_vline(x=chosen, line={"color": theme.palette(dark).orange, "width": 1.5})
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(margin_t=round(TOP * scale), legend={"y": 1.07})
    _axes(fig, run)
    return fig


def _lines(run: CostRun, what: str, ink: dict[LayerKind, str]) -> Iterator[go.Scatter]:
    for kind in run.spec.kinds:
        if what == "path":
            places = [(p.n, p.length) for p in run.paths if p.kind == kind]
        else:
            places = [(p.n, getattr(p, what)) for p in run.of(kind)]
        yield go.Scatter(
            x=[n for n, _ in places],
            y=[y for _, y in places],
            name=NAME[kind],
            mode="lines+markers",
            line={"color": ink[kind], "width": 2, "dash": DASH.get(kind, "solid")},
            marker={"size": 5},
            hovertemplate=f"<b>{NAME[kind]}</b>, n = %{{x}}<br>{_unit(what)}"
            f"{_fitted(run, kind, what)}<extra></extra>",
        )


def _unit(what: str) -> str:
    return {
        "milliseconds": "%{y:.4~g} ms",
        "peak_bytes": "%{y:,} bytes",
        "chain": "%{y:,} operations",
        "path": "%{y:,}",
    }[what]


def _fitted(run: CostRun, kind: LayerKind, what: str) -> str:
    """The slope, where one was fitted."""
    for slope in run.slopes:
        if (slope.kind, slope.what) == (kind, what):
            ends = f"{slope.fitted[0]} to {slope.fitted[-1]}"
            return f"<br>slope {digits(slope.value, 3)} from n = {ends}"
    return ""


def _axes(fig: go.Figure, run: CostRun) -> None:
    sizes = run.spec.sizes
    fig.update_xaxes(
        type="log",
        range=[math.log10(sizes[0] / 1.2), math.log10(sizes[-1] * 1.2)],
        tickvals=sizes[::4],
        ticktext=[str(n) for n in sizes[::4]],
        tickangle=0,
    )
    fig.update_xaxes(title_text="n, tokens", row=2)
    fig.update_yaxes(type="log", dtick=1, tickformat="~s")
    fig.update_yaxes(ticksuffix=" ms", tickformat="~g", row=1, col=1)
    fig.update_yaxes(
        tickvals=list(BYTES), ticktext=list(BYTES.values()), tickformat="", row=1, col=2
    )
