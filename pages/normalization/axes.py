"""Lesson: which values share a mean with whom, under each of the norms.

Sources: Ioffe & Szegedy 2015, arXiv:1502.03167; Ba et al. 2016, arXiv:1607.06450; Ulyanov et al.
2016, arXiv:1607.08022; Wu & He 2018, arXiv:1803.08494; Zhang & Sennrich 2019, arXiv:1910.07467.
"""

import streamlit as st

from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.normalization import axes, axes_cards


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        view = axes.controls()
        axes.draw_answer(answer, view, text)
        axes.draw_stage(view)
        axes_cards.draw_cards(view, text)
    axes_cards.draw_before_after(view, text)
    axes_cards.draw_take_away(view, text)


main()
