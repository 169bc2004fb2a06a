"""Figures of the lesson on masked words: four kinds of training, and the share of chosen words."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.masked_words import RATE, Arm, Compared, MaskedContext

HEIGHT = 236  # px
TOP = 30  # px, for the names of the panels
MEASURES = {
    "masked": N_("right under [MASK]"),
    "kept": N_("says the word that<br>stands there, untouched"),
    "found": N_("finds the wrong word<br>(area under ROC)"),
    "random": N_("repairs the wrong word"),
}


def four_arms(
    found: Sequence[Compared],
    names: Mapping[Arm, str],
    chosen: Arm,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw a panel for each score, with a bar for each kind of training and a dot for each seed.

    Args:
        found: The kinds, the first one on top.
        names: Kind -> what stands beside its bars.
        chosen: The kind whose bars are orange.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    traces = []
    for i, score in enumerate(MEASURES):
        place = {"xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i), "showlegend": False}
        traces += [t | place for t in _bars(found, names, score, chosen, p, scale)]
    share: dict[str, Any] = {"range": [0, 1.3], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    labels: dict[str, Any] = {
        "autorange": "reversed",
        "type": "category",
        "showgrid": False,
        "tickfont": {"size": 12 * scale, "color": p.text},
    }
    bare = labels | {"showticklabels": False}
    axes = [(share, labels if i == 0 else bare) for i in range(len(MEASURES))]
    layout = panels.grid(
        list(MEASURES.values()), axes, columns=len(MEASURES), gap=0.03, scale=scale
    )
    fig = go.Figure(traces, layout | {"bargap": 0.35})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.layout.margin.t = round((TOP + 12) * scale)
    return fig


def _bars(
    found: Sequence[Compared],
    names: Mapping[Arm, str],
    score: str,
    chosen: Arm,
    p: theme.Palette,
    scale: float,
) -> list[dict[str, Any]]:
    rows = [names[kind.arm] for kind in found]
    means = [kind.scores[score].mean for kind in found]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": means,
        "y": rows,
        "marker": {"color": [p.orange if k.arm == chosen else p.blue for k in found]},
        "opacity": 0.85,
        "text": [f"\u2002{mean:.1%}" for mean in means],  # clear of the dots
        "textposition": "outside",
        "textfont": {"size": 12 * scale, "color": p.text},
        "cliponaxis": False,
        "hovertemplate": _("trained with %{y}: %{x:.2%}<extra></extra>"),
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [v for kind in found for v in kind.scores[score].values],
        "y": [names[kind.arm] for kind in found for _ in kind.scores[score].values],
        "marker": {"color": p.text, "size": 4, "opacity": 0.65},
        "hovertemplate": _("one seed, trained with %{y}: %{x:.2%}<extra></extra>"),
    }
    return [bars, dots]


def over_rate(found: MaskedContext, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw, over the share of masked words, how many are guessed and how many there are.

    Args:
        found: The shares, in rising order.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    x = [point.rate for point in found.points]
    right = [sum(point.right) / len(point.right) for point in found.points]
    guessed = [point.chosen * share for point, share in zip(found.points, right, strict=True)]
    series: tuple[tuple[list[float], str, dict[str, Any]], ...] = (
        (right, ".1%", {"tickformat": ".0%", "rangemode": "tozero"}),
        ([point.chosen for point in found.points], ".2f", {"rangemode": "tozero"}),
        (guessed, ".2f", {"rangemode": "tozero"}),
    )
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "showlegend": False,
            "xaxis": panels.axis("x", i), "yaxis": panels.axis("y", i),
            "line": {"color": p.blue, "width": 2},
            "marker": {"size": 8, "color": [p.orange if v == RATE else p.blue for v in x]},
            "hovertemplate": _("%{{x:.0%}} masked: %{{y:{form}}}<extra></extra>").format(form=form),
        }
        for i, (y, form, _axis) in enumerate(series)
    ]  # fmt: skip
    below = {"tickformat": ".0%", "title": {"text": _("words masked")}, "range": [-0.03, 1.05]}
    titles = (
        _("masked words guessed rightly"),
        _("words with a loss, per pair"),
        _("guessed rightly, per pair"),
    )
    layout = panels.grid(titles, [(below, axis) for *_, axis in series], columns=3, scale=scale)
    fig = go.Figure(traces, layout)
    theme.style(fig, dark=dark, height=210, scale=scale)
    fig.layout.margin.t = round(TOP * scale)
    return fig
