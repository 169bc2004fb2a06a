"""What normalization does to training: a recorded grid in, go.Figure out."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import fmean

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.digits import digits, signed
from viz_models.figures import theme
from viz_models.figures.band import band
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import GridCell, NetNorm, NormGrid, PairedDifference

HEIGHT = 300  # px
CHANCE = 0.1  # accuracy of guessing among ten digits
LABEL_GAP = 0.08  # accuracy, between two names
DASH: dict[NetNorm, str] = {"none": "dot", "batch": "solid", "layer": "dash", "group": "dashdot"}
NAME: dict[NetNorm, str] = {
    "none": N_("no norm"),
    "batch": N_("batch"),
    "layer": N_("layer"),
    "group": N_("group"),
}


def colors(*, dark: bool = False) -> dict[NetNorm, str]:
    """Color of each norm; gray is without one."""
    p = theme.palette(dark)
    return {"none": p.muted, **dict(zip(("batch", "layer", "group"), p.categorical, strict=False))}


def accuracy_over_rate(
    grid: NormGrid,
    batch_sizes: Sequence[int] = (),
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Test accuracy over learning rate, one panel a batch size, one line a norm.

    Bands run from the lowest to the highest seed, lines are means; × marks where seeds diverged,
    whose runs are in neither.

    Args:
        grid: The recorded runs.
        batch_sizes: Which panels; all when empty.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    sizes = tuple(batch_sizes) or grid.spec.batch_sizes
    ink = colors(dark=dark)
    fig = _panels(sizes, scale)
    for column, size in enumerate(sizes, start=1):
        panel = sorted((c for c in grid.cells if c.batch_size == size), key=lambda c: c.lr)
        for norm in grid.spec.norms:
            cells = [c for c in panel if c.norm == norm]
            for trace in _accuracy_traces(norm, cells, ink[norm]):
                fig.add_trace(trace, row=1, col=column)
        _label_ends(fig, column, panel, ink)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    _style_rates(fig, grid.spec.lrs, room=4, scale=scale)
    for column, size in enumerate(sizes, start=1):
        if any(c.diverged for c in grid.cells if c.batch_size == size):
            fig.update_xaxes(title_text=_("learning rate (×: seeds diverged)"), col=column)
    fig.add_hline(
        y=CHANCE,
        line={"color": theme.palette(dark).muted, "width": 1, "dash": "1px 3px"},
        annotation={"text": _("guessing"), "font": {"color": theme.palette(dark).muted}},
        annotation_position="bottom left",
        col=1,
    )
    fig.update_yaxes(range=[-0.03, 1.06], tickformat=".0%", dtick=0.25)
    fig.update_yaxes(title_text=_("test accuracy"), col=1)
    return fig


def _accuracy_traces(norm: NetNorm, cells: list[GridCell], color: str) -> Iterator[go.Scatter]:
    for known, group in groupby(cells, lambda c: c.mean is not None):
        if known:
            stretch = list(group)
            ends = [c.low for c in stretch], [c.high for c in stretch]
            yield band([c.lr for c in stretch], *ends, color)
    yield go.Scatter(
        x=[c.lr for c in cells],
        y=[c.mean for c in cells],
        customdata=[[c.low, c.high, c.finished, c.diverged] for c in cells],
        name=_(NAME[norm]),
        mode="lines+markers",
        marker={"size": 6, "color": color},
        line={"color": color, "width": 2, "dash": DASH[norm]},
        hovertemplate=_(
            "<b>{name}</b>, rate %{{x:g}}<br>mean %{{y:.1%}}"
            "<br>seeds %{{customdata[0]:.1%}} to %{{customdata[1]:.1%}}"
            "<br>%{{customdata[2]}} finished, %{{customdata[3]}} diverged<extra></extra>"
        ).format(name=_(NAME[norm])),
    )
    lost = [c for c in cells if c.diverged]
    if lost:
        yield _crosses(norm, lost, color)


def _crosses(norm: NetNorm, lost: list[GridCell], color: str) -> go.Scatter:
    shift = 1.12 ** (list(NAME).index(norm) - 1.5)  # side by side: norms diverge at the same rates
    return go.Scatter(
        x=[c.lr * shift for c in lost],
        y=[0.0] * len(lost),
        customdata=[[c.lr, c.diverged, c.diverged + c.finished] for c in lost],
        name=_("{name} diverged").format(name=_(NAME[norm])),
        mode="markers",
        marker={"symbol": "x", "size": 9, "color": color},
        hovertemplate=_(
            "<b>{name}</b>, rate %{{customdata[0]:g}}"
            "<br>%{{customdata[1]}} of %{{customdata[2]}} seeds diverged<extra></extra>"
        ).format(name=_(NAME[norm])),
    )


def paired_differences(
    grid: NormGrid,
    batch_sizes: Sequence[int] = (),
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Each norm's test accuracy minus that of no norm, with its 95 % t-interval.

    A filled mark says that the interval leaves out zero, a hollow one that it does not or that
    there were too few pairs. The title counts the comparisons.

    Args:
        grid: The recorded runs.
        batch_sizes: Which panels; all when empty.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    sizes = tuple(batch_sizes) or grid.spec.batch_sizes
    fig = _panels(sizes, scale)
    for column, size in enumerate(sizes, start=1):
        for norm, color in colors(dark=dark).items():
            found = [d for d in grid.differences if (d.norm, d.batch_size) == (norm, size)]
            if found:
                trace = _differences(norm, found, color).update(showlegend=column == 1)
                fig.add_trace(trace, row=1, col=column)
    fig.update_layout(
        title_text=_("{count} comparisons, each over paired seeds").format(
            count=len(grid.differences)
        )
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, legend={"y": -0.22, "yanchor": "top"})
    _style_rates(fig, grid.spec.lrs, room=1.6, scale=scale)
    fig.add_hline(y=0, line={"color": theme.palette(dark).muted, "width": 1})
    fig.update_yaxes(range=[-1.05, 1.05], dtick=0.5, tickformat="+.0%")
    fig.update_yaxes(title_text=_("accuracy minus no norm"), col=1)
    return fig


def _differences(norm: NetNorm, found: list[PairedDifference], color: str) -> go.Scatter:
    shift = 1.25 ** (list(NAME).index(norm) - 2)
    known = [d for d in found if d.mean is not None]
    half = [(d.high - d.mean) if d.high is not None and d.mean is not None else 0 for d in known]
    decided = [d.verdict in ("higher", "lower") for d in known]
    return go.Scatter(
        x=[d.lr * shift for d in known],
        y=[d.mean for d in known],
        error_y={"type": "data", "array": half, "color": color, "thickness": 1.5, "width": 3},
        text=[_sentence(d) for d in known],
        name=_(NAME[norm]),
        mode="markers",
        marker={
            "size": 8,
            "color": color,
            "symbol": ["circle" if d else "circle-open" for d in decided],
        },
        hovertemplate="%{text}<extra></extra>",
    )


def _sentence(d: PairedDifference) -> str:
    points = [signed(100 * v, 3) if v is not None else "?" for v in (d.mean, d.low, d.high)]
    return _(
        "<b>{name}</b> against no norm, rate {lr}"
        "<br>{points} points, 95 % interval {points_2} to {points_3}"
        "<br>{n} pairs: {verdict}"
    ).format(
        name=_(NAME[d.norm]),
        lr=digits(d.lr),
        points=points[0],
        points_2=points[1],
        points_3=points[2],
        n=d.n,
        verdict=d.verdict,
    )


def loss_curves(
    grid: NormGrid, batch_size: int, lr: float, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Training loss over samples seen: mean and range over the seeds still running there."""
    fig = go.Figure()
    for norm, color in colors(dark=dark).items():
        runs = [r for r in grid.runs if (r.norm, r.batch_size, r.lr) == (norm, batch_size, lr)]
        length = max((len(r.losses) for r in runs), default=0)
        columns = [[r.losses[i] for r in runs if i < len(r.losses)] for i in range(length)]
        x = [(i + 0.5) * grid.spec.stretch for i in range(length)]  # middle of each stretch
        fig.add_trace(band(x, [min(c) for c in columns], [max(c) for c in columns], color))
        fig.add_scatter(
            x=x,
            y=[fmean(c) for c in columns],
            name=_(NAME[norm]),
            mode="lines",
            line={"color": color, "width": 2, "dash": DASH[norm]},
            hovertemplate=_(
                "<b>{name}</b>, %{{x:,.0f}} samples<br>loss %{{y:.4g}}<extra></extra>"
            ).format(name=_(NAME[norm])),
        )
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(title_text=_("training samples seen"), rangemode="tozero")
    fig.update_yaxes(title_text=_("training loss (nats)"), type="log", dtick="D2")
    return fig


def _panels(sizes: Sequence[int], scale: float) -> go.Figure:
    fig = make_subplots(
        cols=len(sizes),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[_("batch size {size}").format(size=size) for size in sizes],
    )
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    return fig.update_layout(showlegend=False)


def _style_rates(fig: go.Figure, lrs: Sequence[float], *, room: float, scale: float) -> None:
    """Set a log axis with the rates that were run, and a factor of `room` on its right."""
    fig.update_layout(margin_t=fig.layout.margin.t + 20 * scale)  # names of the panels
    fig.update_xaxes(
        type="log",
        range=[math.log10(min(lrs) / 1.6), math.log10(max(lrs) * room)],
        tickvals=lrs,
        ticktext=[f"{lr:g}" for lr in lrs],
        title_text=_("learning rate"),
    )


def _label_ends(
    fig: go.Figure, column: int, cells: Sequence[GridCell], ink: dict[NetNorm, str]
) -> None:
    """Write each norm's name where its line ends, pushed apart where lines meet."""
    ends = {c.norm: c for c in cells if c.mean is not None}  # the highest rate comes last
    order = sorted(ends.values(), key=lambda c: c.mean or 0.0)
    at = -1.0
    ceiling = 1 - LABEL_GAP * (len(order) - 1)
    for i, cell in enumerate(order):
        at = min(max(cell.mean or 0.0, at + LABEL_GAP), ceiling + i * LABEL_GAP)
        fig.add_annotation(
            x=math.log10(cell.lr),
            y=at,
            text=_(NAME[cell.norm]),
            font={"color": ink[cell.norm]},
            showarrow=False,
            xanchor="left",
            xshift=8,
            row=1,
            col=column,
        )
