"""Figures of the lesson on recurrent translators: exact by length, seeds, losses word by word."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.words import plain, token
from viz_models.language import gettext as _
from viz_models.records.sequence.translators import (
    Forcing,
    LengthScore,
    MaskedLoss,
    TranslatorScores,
)

LAST = 12  # words; all longer sentences are one group, because there are few of them
STAGE, SEEDS, LOSSES = 300, 200, 230  # px
DASHES = ("solid", "solid", "dash", "dash", "dot", "solid")


def grouped(lengths: Sequence[LengthScore]) -> list[tuple[int, int, int]]:
    """Return (words, sentences, exact) with all sentences of LAST words and more together."""
    sums: dict[int, tuple[int, int]] = {}
    for s in lengths:
        words = min(s.words, LAST)
        count, exact = sums.get(words, (0, 0))
        sums[words] = count + s.sentences, exact + s.exact
    return [(words, *both) for words, both in sorted(sums.items())]


def exact_by_length(
    found: TranslatorScores,
    names: dict[str, str],
    chosen: str,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the share of exact translations over the length of the sentence, a line a network.

    Args:
        found: Every network on the same sentences.
        names: Model -> what it is called, in the order of the legend.
        chosen: The model whose line is drawn strongly.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for i, (model, name) in enumerate(names.items()):
        rows = grouped(found.score(model).lengths)
        color = p.orange if model == chosen else p.categorical[i % len(p.categorical)]
        fig.add_scatter(
            x=[words for words, _, _ in rows],
            y=[exact / count for _, count, exact in rows],
            customdata=[[exact, count] for _, count, exact in rows],
            name=name,
            mode="lines+markers",
            line={
                "color": color,
                "width": 3.5 if model == chosen else 1.8,
                "dash": DASHES[i % len(DASHES)],
            },
            marker={"size": 6},
            hovertemplate=_(
                "<b>{name}</b>, %{{x}} words<br>"
                "%{{customdata[0]}} of %{{customdata[1]}} exact<extra></extra>"
            ).format(name=_(name)),
        )
    fig.update_layout(hovermode="closest")
    theme.style(fig, dark=dark, height=STAGE, scale=scale)
    fig.update_yaxes(tickformat=".0%", range=[-0.03, 1.05], title_text=_("exact translations"))
    shown = list(range(2, LAST + 1))
    fig.update_xaxes(
        title_text=_("words of the sentence"),
        tickvals=shown,
        ticktext=[*map(str, shown[:-1]), f"{LAST}+"],
    )
    return fig


def seeds(
    found: TranslatorScores,
    names: dict[str, str],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the trainings with each seed: two dots and the line between them.

    Args:
        found: With its trainings.
        names: Model -> what it is called.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    models = list(dict.fromkeys(r.model for r in found.runs))
    for seed in sorted({r.seed for r in found.runs}):
        exact = [r.exact for r in found.runs if r.seed == seed]
        line = {"color": p.border, "width": 3}
        fig.add_scatter(
            x=exact, y=[seed] * len(exact), mode="lines", line=line, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    for model, color in zip(models, (p.gold, p.blue), strict=False):
        runs = [r for r in found.runs if r.model == model]
        fig.add_scatter(
            x=[r.exact for r in runs],
            y=[r.seed for r in runs],
            name=names[model],
            mode="markers",
            marker={"color": color, "size": 11},
            hovertemplate=_("{names}, seed %{{y}}: %{{x:.1%}} exact<extra></extra>").format(
                names=_(names[model])
            ),
        )
    theme.style(fig, dark=dark, height=SEEDS, scale=scale)
    fig.update_xaxes(tickformat=".0%", range=[0, 1], title_text=_("exact translations"))
    fig.update_yaxes(dtick=1, autorange="reversed", title_text=_("seed"), zeroline=False)
    return fig


def seeds_by_length(
    found: TranslatorScores,
    names: dict[str, str],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the share of exact translations over the length, over all long trainings.

    A line is the mean of the trainings, its band goes from the lowest to the highest.

    Args:
        found: With its trainings.
        names: Model -> what it is called.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    models = list(dict.fromkeys(r.model for r in found.long_runs))
    for model, color in zip(models, (p.gold, p.blue), strict=False):
        words, shares = shares_by_length(found, model)
        fig.add_scatter(**_band(words, shares, theme.fade(color, 0.2)))
        fig.add_scatter(
            x=words,
            y=shares.mean(0),
            customdata=[
                _("{low:.0%} to {high:.0%}").format(low=low, high=high)
                for low, high in _ends(shares)
            ],
            name=names[model],
            mode="lines+markers",
            line={"color": color, "width": 2},
            marker={"size": 6},
            hovertemplate=_(
                "<b>{names}</b>, %{{x}} words<br>"
                "%{{y:.1%}} exact<br>%{{customdata}} in {count} trainings<extra></extra>"
            ).format(names=_(names[model]), count=len(shares)),
        )
    fig.update_layout(hovermode="closest", showlegend=False)
    theme.style(fig, dark=dark, height=SEEDS, scale=scale)
    fig.update_yaxes(tickformat=".0%", range=[-0.03, 1.05], title_text=_("exact translations"))
    shown = list(range(2, LAST + 1))
    fig.update_xaxes(
        title_text=_("words of the sentence"),
        tickvals=shown,
        ticktext=[*map(str, shown[:-1]), f"{LAST}+"],
    )
    return fig


def shares_by_length(found: TranslatorScores, model: str) -> tuple[list[int], np.ndarray]:
    """Return lengths, and (trainings, lengths) shares of exact translations."""
    rows = [grouped(run.score.lengths) for run in found.trained(model)]
    shares = np.array([[exact / count for _, count, exact in row] for row in rows])
    return [words for words, _, _ in rows[0]], shares


def _ends(shares: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(shares.min(0).tolist(), shares.max(0).tolist(), strict=True))


def _band(words: Sequence[int], shares: np.ndarray, color: str) -> dict[str, Any]:
    """Return the area from the lowest to the highest training."""
    return {
        "x": [*words, *reversed(words)],
        "y": [*shares.max(0), *reversed(shares.min(0))],
        "fill": "toself", "fillcolor": color, "line": {"width": 0}, "mode": "lines",
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def forced_and_free(found: Forcing, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw the loss of each word of the reference, after true words and after its own."""
    p = theme.palette(dark)
    places = list(range(len(found.reference)))
    fig = go.Figure()
    for name, losses, color, before in (
        (_("teacher forcing: after the true words"), found.teacher_loss, p.blue, found.reference),
        (_("free running: after its own words"), found.free_loss, p.gold, found.free),
    ):
        read = ["→", *before][: len(places)]
        read += [_("(its sentence is over)")] * (len(places) - len(read))
        fig.add_bar(
            name=name,
            x=places,
            y=[None if math.isnan(v) else v for v in losses.tolist()],
            marker={"color": color},
            customdata=[plain(word) for word in read],
            text=[f"{v:.2f}" if v >= 0.005 else "0" for v in np.nan_to_num(losses)],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=_("after “%{customdata}”: %{y:.4f} nats<extra></extra>"),
        )
    theme.style(fig, dark=dark, height=LOSSES, scale=scale)
    fig.update_xaxes(
        tickvals=places,
        ticktext=[token(word) for word in found.reference],
        tickfont={"color": p.text, "size": 13 * scale},
        zeroline=False,
    )
    highest = float(np.nanmax([np.nanmax(found.teacher_loss), np.nanmax(found.free_loss), 0.5]))
    fig.update_yaxes(title_text=_("loss of the true word, nats"), range=[0, highest * 1.15])
    fig.update_layout(bargap=0.25)
    return fig


def loss_terms(found: MaskedLoss, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw a padded batch: the true word of each place, its loss, and gray where padding is."""
    p = theme.palette(dark)
    counted = found.counted
    said = [
        [f"{token(word)}<br>{loss:.2f}" for word, loss in zip(words, row, strict=True)]
        for words, row in zip(found.targets, found.losses, strict=True)
    ]
    rows = list(range(len(found.sentences)))
    fig = go.Figure()
    for z, colors, limits in (
        (np.where(counted, np.nan, 1.0), [[0, theme.fade(p.muted, 0.25)]] * 2, (0, 1)),
        (
            np.where(counted, found.losses, np.nan),
            [[0, theme.fade(p.green, 0.15)], [1, theme.fade(p.orange, 0.75)]],
            (0, max(2.0, float(found.losses[counted].max()))),
        ),
    ):
        scale_of = [[0, colors[0][1]], [1, colors[1][1]]]
        fig.add_heatmap(
            z=z, y=rows, colorscale=scale_of, zmin=limits[0], zmax=limits[1], showscale=False,
            xgap=3, ygap=3, hoverinfo="skip",
        )  # fmt: skip
    for y, row in enumerate(said):
        for x, text in enumerate(row):
            color = p.text if counted[y, x] else p.muted
            fig.add_annotation(
                x=x, y=y, text=text, showarrow=False, font={"color": color, "size": 11 * scale}
            )
    theme.style(fig, dark=dark, height=52 * len(rows) + 20, scale=scale)
    fig.update_xaxes(showticklabels=False, ticks="", showgrid=False, zeroline=False)
    fig.update_yaxes(
        showticklabels=False, ticks="", showgrid=False, zeroline=False, autorange="reversed"
    )
    return fig
