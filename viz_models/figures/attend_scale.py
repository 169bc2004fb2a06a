"""Scores with and without their division by sqrt(d_k): record in, figure out."""

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from viz_models.figures import theme
from viz_models.records import ScaleBands, ScaleRows, ScaleSweep

HEIGHT = 462  # px, of the four panels
ROW_HEIGHT = 208  # px
TOP = 42  # px, for the legend and the names of the panels
BINS = 41
RAW, SCALED = "q·k", "q·k ÷ √d_k"
PANELS = {
    "variance": "variance of scores",
    "entropy": "entropy ÷ ln(keys)",
    "largest": "largest weight",
    "gradient": "gradient at scores",
}


def over_width(
    result: ScaleSweep, chosen: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Variance, entropy, largest weight and gradient over d_k, a panel each.

    Lines are medians over the seeds, bands run from 5 % to 95 % of them. In the panel of the
    gradient dotted lines are the mean query, where the solid ones are the median query.

    Args:
        result: Both ways of scaling.
        chosen: The d_k to mark.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = make_subplots(rows=2, cols=2, subplot_titles=list(PANELS.values()), vertical_spacing=0.17)
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    for i, what in enumerate(PANELS):
        place = {"row": i // 2 + 1, "col": i % 2 + 1}
        for name, bands, color in ((RAW, result.raw, p.gold), (SCALED, result.scaled, p.blue)):
            for trace in _series(result.spec.widths, name, what, bands, color):
                fig.add_trace(trace.update(showlegend=i == 0 and trace.mode != "none"), **place)
    fig.add_vline(x=chosen, line={"color": p.orange, "width": 1.5})
    fig.update_layout(showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_layout(margin_t=round(TOP * scale), legend={"y": 1.065})
    _axes(fig, result.spec.widths)
    return fig


def _series(
    widths: tuple[int, ...], name: str, what: str, bands: ScaleBands, color: str
) -> Iterator[go.Scatter]:
    low, middle, high = getattr(bands, what).T
    yield go.Scatter(
        x=[*widths, *widths[::-1]],
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=theme.fade(color, 0.16),
        mode="none",
        hoverinfo="skip",
    )
    yield go.Scatter(
        x=widths,
        y=middle,
        customdata=np.stack([low, high], axis=1),
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2},
        marker={"size": 5},
        hovertemplate=f"<b>{name}</b>, d_k = %{{x}}<br>%{{y:.3~g}}"
        "<br>5 % to 95 % of the seeds: %{customdata[0]:.3~g} to %{customdata[1]:.3~g}"
        "<extra></extra>",
    )
    if what == "gradient":
        yield go.Scatter(
            x=widths,
            y=bands.gradient_mean[:, 1],
            mode="lines",
            name=f"{name}, mean query",
            line={"color": color, "width": 1.5, "dash": "dot"},
            hovertemplate=f"<b>{name}</b>, mean query<br>%{{y:.3~g}}<extra></extra>",
        )


def _axes(fig: go.Figure, widths: tuple[int, ...]) -> None:
    fig.update_xaxes(
        type="log",
        tickvals=widths[::3],
        ticktext=[str(w) for w in widths[::3]],
        tickangle=0,
    )
    fig.update_xaxes(title_text="d_k", row=2)
    for row, col, tick in ((1, 1, ".1~s"), (2, 2, "~e")):
        fig.update_yaxes(type="log", dtick=1, tickformat=tick, row=row, col=col)
    fig.update_yaxes(range=[0, 1.05], tickformat=".0%", row=1, col=2)
    fig.update_yaxes(range=[0, 1.05], tickformat=".0%", row=2, col=1)


def both_ways(result: ScaleRows, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """All scores of the chosen d_k as a histogram, and the softmax of one query.

    Args:
        result: Of one width.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = make_subplots(
        cols=2,
        horizontal_spacing=0.12,
        subplot_titles=[f"scores, d_k = {result.width}", "one query's weights"],
    )
    fig.update_annotations(font={"size": theme.TEXT_SIZE * scale, "weight": 700})
    factor = result.width**-0.5
    edges = _edges(result.scores)
    keys = np.arange(1, len(result.raw) + 1)
    for name, scores, weights, color in (
        (RAW, result.scores, result.raw, p.gold),
        (SCALED, result.scores * factor, result.scaled, p.blue),
    ):
        fig.add_trace(_histogram(name, scores, edges, color), row=1, col=1)
        fig.add_bar(
            x=keys,
            y=weights,
            name=name,
            marker={"color": color, "line": {"width": 0}},
            showlegend=False,
            hovertemplate=f"<b>{name}</b>, key %{{x}}<br>weight %{{y:.3~g}}<extra></extra>",
            row=1,
            col=2,
        )
    fig.update_layout(showlegend=True, barmode="overlay")
    fig.update_traces(opacity=0.75, selector={"type": "bar"})
    theme.style(fig, dark=dark, height=ROW_HEIGHT, scale=scale)
    fig.update_layout(margin_t=round(TOP * scale), legend={"y": 1.18})
    fig.update_yaxes(tickformat="~%", rangemode="tozero")
    fig.update_yaxes(title_text="of all scores", col=1)
    fig.update_xaxes(title_text="keys, the strongest first", col=2)
    return fig


def _edges(scores: np.ndarray) -> np.ndarray:
    """Bins wide enough for the raw scores; both histograms share them."""
    most = float(np.quantile(np.abs(scores), 0.999)) or 1.0
    return np.linspace(-most, most, BINS + 1)


def _histogram(name: str, scores: np.ndarray, edges: np.ndarray, color: str) -> go.Scatter:
    inside = np.clip(scores, edges[0], edges[-1])  # what lies beyond counts in the last bin
    share = np.histogram(inside, edges)[0] / len(scores)
    return go.Scatter(
        x=(edges[:-1] + edges[1:]) / 2,
        y=share,
        name=name,
        mode="lines",
        line={"color": color, "width": 1.5, "shape": "hvh"},
        fill="tozeroy",
        fillcolor=theme.fade(color, 0.25),
        hovertemplate=f"<b>{name}</b>, near %{{x:.3~g}}<br>%{{y:.2~%}} of the scores"
        "<extra></extra>",
    )
