"""Where the network looks, and what the words around a hidden one are worth."""

import numpy as np
import streamlit as st

from viz_models.digits import digits
from viz_models.figures.sequence import masked_words as figures
from viz_models.language import gettext as _
from viz_models.records.sequence.masked_words import RATE
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.panels.sequence.masked_words import View
from viz_models.ui.results.sequence import masked_words as results


def draw_attention(view: View) -> None:
    """Draw where the first chosen place looks, in every head."""
    place = view.chosen[0] if view.chosen else 1
    weights = view.reading.attention[:, :, place]  # (layers, H, T)
    layers, heads, _rest = weights.shape
    shown = tuple(p.shown for p in view.reading.places)
    with st.container(border=True):
        st.caption(
            _(
                "Where “{shown}” in column {place} looks, in every head of "
                "both layers. Each row sums to 1."
            ).format(shown=words.plain(shown[place]), place=place)
        )
        tiles(
            [
                Tiles(
                    name=_("looks"),
                    values=weights.reshape(1, layers * heads, -1).astype(np.float32),
                    limits=(0.0, 1.0),
                    show_values=True,
                    stretch=True,
                    row_labels=tuple(
                        _("layer {i}, head {h}").format(i=i, h=h)
                        for i in range(layers)
                        for h in range(heads)
                    ),
                    column_labels=shown,
                )
            ],
            key="looks",
            luts=luts(is_dark()),
            height=230,
        )


def draw_context(view: View) -> None:
    """Draw what is guessed when more and more of the words are masked."""
    found = results.context()
    with st.container(border=True):
        show(kept(figures.over_rate, found, **figure_look()), "context", wide=True)
        st.caption(
            _(
                "The shipped network of 80/10/10 on {pairs:,} unseen pairs of sentences. {badge}"
            ).format(pairs=found.pairs, badge=lesson.badge(found.provenance))
        )


def context_facts() -> dict[str, str]:
    """Return what the prose says about 15 % and about the ends of the chart."""
    points = {point.rate: point for point in results.context().points}
    said: dict[str, str] = {}
    for rate, name in ((min(points), "least"), (RATE, "bert"), (max(points), "most")):
        share = sum(points[rate].right) / len(points[rate].right)
        said |= {f"{name}_right": f"{100 * share:.0f} %", f"{name}_rate": f"{100 * rate:.0f} %"}
        said[f"{name}_words"] = digits(points[rate].chosen, 2)
    return said
