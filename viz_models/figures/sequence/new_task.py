"""Figures of the lesson on a new task: accuracy over examples for three ways to learn it."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.words import token
from viz_models.language import gettext as _
from viz_models.records.sequence.new_task import SIZES, Judged, Learned, Way

HEIGHT = 380  # px
APART = {"scratch": 0.96, "frozen": 1.0, "tuned": 1.04}  # so that the dots do not hide each other


def over_examples(
    found: Sequence[Learned],
    names: Mapping[Way, str],
    chosen: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw accuracy over the number of examples: means, 95 % intervals as bands, seeds as dots.

    Args:
        found: Every way with every number of examples.
        names: Way -> what the legend says.
        chosen: The number of examples that is marked.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for (way, name), color in zip(names.items(), (p.muted, p.gold, p.blue), strict=True):
        of = [one for one in found if one.way == way]
        x = [one.examples for one in of]
        low = [one.low if one.low is not None else one.mean for one in of]
        high = [one.high if one.high is not None else one.mean for one in of]
        fig.add_scatter(
            x=[*x, *x[::-1]],
            y=[*high, *low[::-1]],
            fill="toself",
            mode="none",
            fillcolor=theme.fade(color, 0.18),
            hoverinfo="skip",
            showlegend=False,
        )
        fig.add_scatter(
            x=x,
            y=[one.mean for one in of],
            name=name,
            mode="lines+markers+text",
            line={"color": color, "width": 2.5},
            marker={"size": 8},
            text=[f"{one.mean:.0%}" if one.examples > SIZES[0] else "" for one in of],
            textposition="bottom center" if way == "scratch" else "top center",
            textfont={"color": color, "size": 12 * scale},
            hovertemplate=_("<b>{name}</b>, %{{x}} examples: %{{y:.1%}}<extra></extra>").format(
                name=_(name)
            ),
        )
        fig.add_scatter(
            x=[one.examples * APART[way] for one in of for _ in one.values],
            y=[value for one in of for value in one.values],
            mode="markers",
            marker={"color": color, "size": 5, "opacity": 0.55},
            showlegend=False,
            hovertemplate=_("one seed: %{y:.1%}<extra></extra>"),
        )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.add_vline(x=chosen, line={"color": p.orange, "width": 1.5})
    fig.add_hline(
        y=0.5, line={"color": p.muted, "width": 1, "dash": "dot"},
        annotation_text=_("guessing"), annotation_position="bottom right",
        annotation_font_color=p.muted,
    )  # fmt: skip
    fig.update_xaxes(
        type="log", tickvals=SIZES, ticktext=[f"{n:,}" for n in SIZES],
        title_text=_("examples of the new task"), range=[1.6, 3.1],
    )  # fmt: skip
    fig.update_yaxes(range=[0.42, 1.04], tickformat=".0%", title_text=_("judged rightly"))
    return fig


def verdicts(
    sentences: Sequence[Judged],
    names: Mapping[Way, str],
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw p(right) of the typed sentence and of each variant, a bar for each way.

    Args:
        sentences: The typed one first.
        names: Way -> what the legend says.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    rows = [" ".join(map(_marked, range(len(s.words)), s.words, [s.changed] * len(s.words)))
            for s in sentences]  # fmt: skip
    fig = go.Figure()
    for (way, name), color in zip(names.items(), (p.muted, p.gold, p.blue), strict=True):
        fig.add_bar(
            name=name,
            x=[s.right[way] for s in sentences],
            y=list(range(len(rows))),
            orientation="h",
            marker={"color": color},
            text=[f"{s.right[way]:.2f}" for s in sentences],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=_("<b>{name}</b>: p(right) = %{{x:.4f}}<extra></extra>").format(
                name=_(name)
            ),
        )
    theme.style(fig, dark=dark, height=70 + 74 * len(rows), scale=scale)
    fig.update_layout(barmode="group", bargap=0.42, bargroupgap=0.05, showlegend=False)
    fig.update_xaxes(range=[0, 1.12], tickvals=[0, 0.5, 1], title_text=_("p(right)"))
    fig.update_yaxes(showticklabels=False, range=[len(rows) - 0.45, -0.72], showgrid=False)
    for i, row in enumerate(rows):
        fig.add_annotation(
            x=0, y=i - 0.42, text=row, xanchor="left", showarrow=False,
            font={"size": 13 * scale, "color": p.text},
        )  # fmt: skip
    return fig


def _marked(i: int, word: str, changed: int | None) -> str:
    return f"<b>{token(word)}</b>" if i == changed else token(word)
