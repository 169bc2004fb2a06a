"""Figures of the lesson on BLEU: every n-gram of a translation, and what each p_n is worth."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.figures.words import plain, token
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records.sequence.bleu import Bleu, Ngram, Order

LANE, TOP = 17, 62  # px: one row of n-grams, and the words with the axis
THICK = 0.74  # of a lane
COUNTS, TOO_OFTEN, MISSING = N_("counts"), N_("said too often"), N_("not in the reference")
OPACITY = {COUNTS: 0.75, TOO_OFTEN: 0.12, MISSING: 0.22}
FEWEST = 6  # words that the width is made for, so that short sentences are not stretched


def ngrams(result: Bleu, chosen: int, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw every n-gram as a bar under its words; those that count are green.

    Neighboring n-grams overlap, so those of n words take n lanes.

    Args:
        result: A translation, counted.
        chosen: The n whose bars are drawn strongly.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    depth = 0
    for order in result.orders:
        strong = order.n == chosen
        for kind, color, pattern in (
            (COUNTS, p.green, ""),
            (TOO_OFTEN, p.muted, "/"),
            (MISSING, p.muted, ""),
        ):
            bars = [g for g in order.ngrams if _kind(g) == kind]
            if bars:
                fig.add_bar(
                    base=[g.start + 0.04 for g in bars],
                    x=[order.n - 0.08] * len(bars),
                    y=[-(depth + g.start % order.n) for g in bars],
                    width=THICK,
                    orientation="h",
                    marker={
                        "color": theme.fade(color, _opacity(kind, strong=strong)),
                        "line": {"color": color, "width": 1.5 if strong else 0.5},
                        "pattern": {"shape": pattern, "fgcolor": color, "size": 5},
                    },
                    customdata=[_hover(g) for g in bars],
                    hovertemplate="%{customdata}<extra></extra>",
                    showlegend=False,
                )
        depth += _lanes(order)
    theme.style(fig, dark=dark, height=TOP + LANE * depth, scale=scale)
    _axes(fig, result, depth, p, scale)
    return fig


def _lanes(order: Order) -> int:
    return min(order.n, max(1, order.total))


def _kind(ngram: Ngram) -> str:
    if ngram.matched:
        return COUNTS
    return TOO_OFTEN if ngram.is_clipped else MISSING


def _opacity(kind: str, *, strong: bool) -> float:
    return OPACITY[kind] * (1 if strong else 0.55)


def _hover(ngram: Ngram) -> str:
    said = f"<b>{' '.join(map(plain, ngram.words))}</b><br>"
    return _(
        "{said}{in_translation}× in the translation, {in_reference}× in the reference<br>{kind}"
    ).format(
        said=said,
        in_translation=ngram.in_translation,
        in_reference=ngram.in_reference,
        kind=_(_kind(ngram)),
    )


def _axes(fig: go.Figure, result: Bleu, depth: int, p: theme.Palette, scale: float) -> None:
    words = result.spec.translation
    fig.update_layout(barmode="overlay", bargap=0, margin={"l": 8, "t": 26})
    fig.update_xaxes(
        side="top",
        range=[0, max(FEWEST, len(words))],
        tickvals=[i + 0.5 for i in range(len(words))],
        ticktext=[token(word) for word in words],
        tickfont={"color": p.text, "size": 13 * scale},
        showgrid=False,
        zeroline=False,
    )
    starts = [sum(map(_lanes, result.orders[:i])) for i in range(len(result.orders))]
    fig.update_yaxes(
        range=[-depth + 0.4, 0.6],
        tickvals=[
            -(start + (_lanes(o) - 1) / 2) for start, o in zip(starts, result.orders, strict=True)
        ],
        ticktext=[ngettext("{n} word", "{n} words", o.n).format(n=o.n) for o in result.orders],
        showgrid=False,
        zeroline=False,
    )


def worth(result: Bleu, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw what the score loses if one p_n is halved: in the paper's product and in the notes'."""
    p = theme.palette(dark)
    fig = go.Figure()
    for name, key, color in (
        (_("paper: exponent 1/N"), "paper", p.blue),
        (_("d2l: exponent 1/2ⁿ"), "d2l", p.gold),
    ):
        lost = result.convention(key).halved
        fig.add_bar(
            name=name,
            x=[f"p<sub>{o.n}</sub>" for o in result.orders],
            y=lost,
            marker={"color": color},
            text=[f"{v:.0%}" for v in lost],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=_("halving %{x} costs %{y:.1%}<extra></extra>"),
        )
    theme.style(fig, dark=dark, height=190, scale=scale)
    fig.update_yaxes(title_text=_("share of the score lost"), tickformat=".0%", range=[0, 0.58])
    fig.update_layout(bargap=0.3)
    return fig
