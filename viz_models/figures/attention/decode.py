"""Figures of the lesson on decoding: likely words, the beam as a tree, words before and after."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import gettext as _
from viz_models.records import BeamNode, Decoding, Sample

HEIGHT = 244  # px
ROW, TOP = 36, 16  # px, of one word of the tree, and what stands around all
GAP = 0.38  # of a step, for the words
DROPPED = 2  # words shown a step that were tried and not kept


def likely_words(
    words: Sequence[tuple[str, float]],
    chosen: str,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw bars of the likeliest next words; the one that was written is orange.

    Args:
        words: Word and probability, the likeliest first.
        chosen: The word written.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    names = [w for w, _ in words][::-1]
    values = [v for _, v in words][::-1]
    fig = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": [p.orange if n == chosen else p.blue for n in names]},
            text=[_share(v) for v in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.6f}<extra></extra>",
        )
    )
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(range=[0, 1.14], tickvals=[0, 0.5, 1], title_text=_("probability"))
    fig.update_yaxes(type="category", tickfont={"color": p.text, "size": 12 * scale})
    fig.update_layout(bargap=0.28)
    return fig


def _share(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"


def beam_tree(decoding: Decoding, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw every word tried, from left to right; the sentence found is orange, dropped words gray.

    Height shows the rank among the words of the same step. Hover shows the log-probability of the
    word, and of the sentence up to it.

    Args:
        decoding: The search.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    nodes, path = decoding.tree, set(decoding.path)
    at = _rows(nodes)
    seen = [i for i in range(len(nodes)) if not math.isnan(at[i])]
    fig = go.Figure()
    for color, width, chosen in (
        (theme.fade(p.muted, 0.45), 1, lambda i: not nodes[i].kept and i not in path),
        (p.blue, 1.6, lambda i: nodes[i].kept and i not in path),
        (p.orange, 2.6, lambda i: i in path),
    ):
        fig.add_trace(_edges(nodes, at, list(filter(chosen, seen)), color, width))
    colors = [p.orange_text if i in path else p.text if nodes[i].kept else p.muted for i in seen]
    shown = [nodes[i] for i in seen]
    fig.add_trace(_words(shown, [at[i] for i in seen], colors, scale))
    rows = 1 - min(at[i] for i in seen)
    height = max(HEIGHT - 40, round(TOP + ROW * rows))
    theme.style(fig, dark=dark, height=height, scale=scale)
    fig.update_layout(showlegend=False)
    steps = max((n.step for n in nodes), default=0) + 1
    fig.update_xaxes(visible=False, range=[-0.9, max(steps, 4) - 0.4])
    fig.update_yaxes(visible=False, range=[0.5 - rows, 0.6])
    return fig


def _rows(nodes: Sequence[BeamNode]) -> list[float]:
    """Return a height for each node: those of a step stand below each other, the best on top.

    NaN for dropped words that are not among the best of the dropped ones.
    """
    at = [math.nan] * len(nodes)
    for step in {n.step for n in nodes}:
        here = [i for i, n in enumerate(nodes) if n.step == step]
        here.sort(key=lambda i: -nodes[i].total)
        kept = sum(nodes[i].kept for i in here)
        for row, i in enumerate(here[: kept + DROPPED]):
            at[i] = -float(row)
    return at


def _edges(
    nodes: Sequence[BeamNode], at: list[float], which: list[int], color: str, width: float
) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for i in which:
        node = nodes[i]
        start = at[node.parent] if node.parent >= 0 else 0.0
        x += [node.step - 1 + GAP, node.step - GAP, None]
        y += [start, at[i], None]
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": color, "width": width}, hoverinfo="skip"
    )


def _words(
    nodes: Sequence[BeamNode], at: list[float], colors: list[str], scale: float
) -> go.Scatter:
    return go.Scatter(
        x=[n.step for n in nodes],
        y=at,
        text=[
            f"{n.token}<br><span style='font-size:0.78em'>{_minus(n.total)}</span>" for n in nodes
        ],
        mode="text",
        textfont={"color": colors, "size": 12 * scale},
        customdata=np.array([[n.log_probability, n.total, np.exp(n.total)] for n in nodes]),
        hovertemplate=_(
            "%{text}<br>log p of the word %{customdata[0]:.4f}<br>"
            "log p so far %{customdata[1]:.4f} (p = %{customdata[2]:.4g})<extra></extra>"
        ),
    )


def _minus(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")  # + 0.0 turns −0 into 0


def before_and_after(
    sample: Sample, count: int = 12, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw the likeliest next words: softmax of the logits, and after temperature and top-k.

    Args:
        sample: Both probabilities of all words.
        count: Words shown.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    order = np.argsort(-sample.before, kind="stable")[:count]
    names = [sample.vocabulary[i] for i in order]
    fig = go.Figure()
    for label, values, color in (
        (_("before: T = 1, all words"), sample.before, p.muted),
        (_("after temperature and top-k"), sample.after, p.blue),
    ):
        fig.add_bar(
            x=names,
            y=values[order],
            name=label,
            marker={"color": color},
            hovertemplate=f"%{{x}}, {label}: %{{y:.5f}}<extra></extra>",
        )
    fig.update_layout(barmode="group", bargap=0.25, showlegend=True)
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.update_xaxes(type="category", tickfont={"color": p.text, "size": 12 * scale}, tickangle=-35)
    fig.update_yaxes(title_text=_("probability of the next word"), rangemode="tozero")
    return fig
