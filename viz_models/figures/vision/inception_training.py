"""Figures of the lesson on Inception: curves of the trainings, as means with bands over seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.figures.band import band
from viz_models.figures.vision.inception import named
from viz_models.language import gettext as _
from viz_models.records.vision.inception import BRANCHES, WEIGHT, InceptionRecord, InceptionRun

AUXILIARY_HEIGHT, NORM_HEIGHT, BRANCH_HEIGHT = 340, 340, 320  # px
FLOOR = 1e-6  # norms below are drawn here: a logarithmic axis has no zero


def auxiliary(record: InceptionRecord, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the gradient of the early layers, and the accuracy, with and without auxiliary losses.

    Args:
        record: All trainings; lines are means, bands go from the lowest to the highest seed.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    plain, helped = record.of(), record.of(auxiliary=WEIGHT)
    steps = looks(plain[0])
    axes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            {"title": {"text": _("steps")}},
            {
                "type": "log",
                "title": {"text": _("norm of the gradient")},
                "exponentformat": "power",
                "dtick": 1,
            },
        ),
        ({"title": {"text": _("steps")}}, {"tickformat": ".0%", "range": [0, 1.02]}),
    ]
    titles = (_("gradient before module 4a"), _("test accuracy"))
    fig = go.Figure(layout=panels.grid(titles, axes, gap=0.1, scale=scale))
    norms = {
        _("without auxiliary classifiers"): ([r.main for r in plain], p.blue, "solid"),
        _("with, weight {weight:g}").format(weight=WEIGHT): (
            [r.both for r in helped],
            p.orange,
            "solid",
        ),
        _("of the auxiliary losses alone"): ([r.extra for r in helped], p.orange, "dot"),
    }
    for name, (values, ink, dash) in norms.items():
        _curve(fig, 0, [0, *steps], np.maximum(values, FLOOR), name, ink, dash, of_logs=True)
    for runs, ink in ((plain, p.blue), (helped, p.orange)):
        _curve(fig, 1, steps, np.array([r.accuracies for r in runs]), "", ink)
    theme.style(fig, dark=dark, height=AUXILIARY_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, legend={"y": -0.25, "yanchor": "top"})
    fig.layout.margin.t = round(26 * scale)
    return fig


def looks(run: InceptionRun) -> list[int]:
    """Return the steps after which a training was tested."""
    return [min(run.spec.look * i, run.spec.steps) for i in range(1, len(run.accuracies) + 1)]


def norm(
    kinds: Mapping[str, Sequence[InceptionRun]], *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw test accuracy over steps with and without BatchNorm, a panel for each learning rate.

    Args:
        kinds: Name "without, 1×" and so on -> the runs of all seeds, four of them.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    axis = {"title": {"text": _("steps")}}
    y = {"tickformat": ".0%", "range": [0, 1.02], "title": {"text": _("test accuracy")}}
    rates = sorted({runs[0].spec.lr for runs in kinds.values()})
    titles = [_("learning rate {rate:g}").format(rate=rate) for rate in rates]
    fig = go.Figure(layout=panels.grid(titles, [(axis, y)] * len(rates), gap=0.1, scale=scale))
    for runs in kinds.values():
        with_norm = runs[0].spec.norm
        ink, said = (
            (p.orange, _("with BatchNorm")) if with_norm else (p.blue, _("without BatchNorm"))
        )
        at = rates.index(runs[0].spec.lr)
        values = np.array([r.accuracies for r in runs])
        _curve(fig, at, looks(runs[0]), values, said if at == 0 else "", ink)
    theme.style(fig, dark=dark, height=NORM_HEIGHT, scale=scale)
    fig.update_layout(showlegend=True, legend={"y": -0.25, "yanchor": "top"})
    fig.layout.margin.t = round(26 * scale)
    return fig


def _curve(
    fig: go.Figure,
    panel: int,
    steps: Sequence[int],
    values: np.ndarray,
    name: str,
    ink: str,
    dash: str = "solid",
    *,
    of_logs: bool = False,
) -> None:
    """Add the mean over seeds (the geometric one `of_logs`) and its band; (seeds, looks)."""
    place = {"xaxis": panels.axis("x", panel), "yaxis": panels.axis("y", panel)}
    mean = np.exp(np.log(values).mean(0)) if of_logs else values.mean(0)
    fig.add_trace(band(list(steps), values.min(0), values.max(0), ink).update(**place))
    fig.add_scatter(
        x=list(steps),
        y=mean,
        name=name,
        showlegend=bool(name),
        mode="lines",
        line={"color": ink, "width": 2.5, "dash": dash},
        hovertemplate=_("step %{x}: %{y:.3~g}<extra></extra>"),
        **place,
    )


def branches(record: InceptionRecord, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the accuracy without each branch, and of the network with one 3x3 branch.

    Args:
        record: All trainings; gray dots are seeds, bars their means.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    four = record.of(norm=True)
    columns = {_("all four"): [r.accuracy for r in four]}
    columns |= {
        _("without<br>{branch}").format(branch=named(b)): [r.without[b] for r in four]
        for b in BRANCHES
    }
    single = [r.accuracy for r in record.of(norm=True, single=True)]
    columns[_("trained with<br>one 3×3 branch")] = single
    bars = {
        "type": "bar",
        "x": list(columns),
        "y": [100 * float(np.mean(v)) for v in columns.values()],
        "marker": {"color": theme.fade(p.blue, 0.35)},
        "hovertemplate": _("mean: %{y:.1f} %<extra></extra>"),
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [name for name, values in columns.items() for _ in values],
        "y": [100 * v for values in columns.values() for v in values],
        "marker": {"color": p.muted, "size": 7},
        "hovertemplate": "%{y:.1f} %<extra></extra>",
    }
    layout = {
        "showlegend": False,
        "yaxis": {"range": [0, 104], "title": {"text": _("test digits recognized, %")}},
    }
    fig = go.Figure([bars, dots], layout)
    theme.style(fig, dark=dark, height=BRANCH_HEIGHT, scale=scale)
    return fig
