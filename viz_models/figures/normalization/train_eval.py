"""What BatchNorm keeps for eval mode, step by step: record in, go.Figure out."""

from typing import Literal

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import RunningTrace

HEIGHT = 206  # px
Statistic = Literal["mean", "variance"]
STATISTICS: tuple[Statistic, ...] = ("mean", "variance")


def kept_statistic(
    trace: RunningTrace,
    what: Statistic,
    channel: int,
    step: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Return the running statistic of one channel as a line, beside those of the batches as dots.

    Args:
        trace: From `running`.
        what: "mean", or "variance" on a logarithmic axis, unbiased as it enters.
        channel: Which one.
        step: The one to mark, 1..steps.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    kept = trace.running_mean if what == "mean" else trace.running_variance
    batch = trace.batch_mean if what == "mean" else trace.unbiased_variance
    fig = go.Figure([_dots(batch[:, channel], what, p), _line(kept[:, channel], what, p)])
    fig.add_trace(_mark(step, float(kept[step, channel]), p.orange))
    fig.update_layout(
        title_text=_("{what} of channel {channel}").format(what=what, channel=channel),
        showlegend=True,
    )
    _finish(fig, trace, step, dark=dark, scale=scale)
    fig.update_layout(legend={"x": 1, "xanchor": "right", "y": 1.01})
    if what == "variance":
        fig.update_yaxes(
            type="log", **_decades(np.concatenate([kept[:, channel], batch[:, channel]]))
        )
    return fig


def _decades(values: np.ndarray) -> dict[str, object]:
    """Ticks of a logarithmic axis, no denser than can be read."""
    seen = values[values > 0]
    span = float(np.log10(seen.max() / seen.min())) if seen.size else 0.0
    if span < 3:
        return {"dtick": "D2", "tickformat": ".1~g"}
    return {"dtick": int(np.ceil(span / 4)), "exponentformat": "power"}


def output_difference(
    trace: RunningTrace, step: int, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """How far eval mode's output is from training's, on the batch of each step.

    Args:
        trace: From `running`.
        step: The one to mark, 1..steps.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    steps = np.arange(1, trace.spec.steps + 1)
    fig = go.Figure(
        go.Scatter(
            x=steps,
            y=trace.difference,
            mode="lines",
            line={"color": p.blue, "width": 2},
            fill="tozeroy",
            fillcolor=theme.fade(p.blue, 0.12),
            hovertemplate=_("step %{x}: rms %{y:.3g}<extra></extra>"),
        )
    )
    fig.add_trace(_mark(step, float(trace.difference[step - 1]), p.orange))
    fig.update_layout(title_text=_("eval output minus train output, rms"), showlegend=False)
    _finish(fig, trace, step, dark=dark, scale=scale)
    fig.update_yaxes(rangemode="tozero")
    return fig


def _dots(values: np.ndarray, what: Statistic, p: theme.Palette) -> go.Scatter:
    seen = values > 0 if what == "variance" else np.ones(len(values), dtype=bool)
    return go.Scatter(
        x=np.arange(1, len(values) + 1)[seen],
        y=values[seen],
        name=_("of each batch"),
        mode="markers",
        marker={"color": p.muted, "size": 5, "opacity": 0.75},
        hovertemplate=_("step %{{x}}: batch {what} %{{y:.4g}}<extra></extra>").format(what=what),
    )


def _line(values: np.ndarray, what: Statistic, p: theme.Palette) -> go.Scatter:
    return go.Scatter(
        x=np.arange(len(values)),
        y=values,
        name=_("running {what}").format(what=what),
        mode="lines",
        line={"color": p.blue, "width": 2},
        hovertemplate=_("after step %{{x}}: running {what} %{{y:.4g}}<extra></extra>").format(
            what=what
        ),
    )


def _mark(step: int, value: float, color: str) -> go.Scatter:
    return go.Scatter(
        x=[step],
        y=[value],
        mode="markers",
        marker={"color": color, "size": 10},
        hoverinfo="skip",
        showlegend=False,
    )


def _finish(
    fig: go.Figure, trace: RunningTrace, step: int, *, dark: bool, scale: float
) -> go.Figure:
    p = theme.palette(dark)
    for at, words in _events(trace).items():
        fig.add_vline(
            x=at + 0.5,  # between the last step before and the first one after
            line={"color": p.muted, "width": 1, "dash": "dash"},
            annotation={"text": " and ".join(words), "font": {"color": p.muted}},
            annotation_position="top left",
        )
    fig.add_vline(x=step, line={"color": p.orange, "width": 1.5})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(range=[-1, trace.spec.steps + 1], title_text=_("training steps"))
    return fig


def _events(trace: RunningTrace) -> dict[int, list[str]]:
    """Step -> what begins after it."""
    events: dict[int, list[str]] = {}
    for at, word in ((trace.spec.shift_at, _("data shift")), (trace.spec.freeze_at, _("frozen"))):
        if at is not None:
            events.setdefault(at, []).append(word)
    return events
