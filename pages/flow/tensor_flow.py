"""Lesson: a photo of 3x224x224 numbers through ResNet18, one tensor at a time.

Sources: He et al. 2016, arXiv:1512.03385; Ioffe & Szegedy 2015, arXiv:1502.03167.
"""

import streamlit as st

from viz_models.ui import photos, words
from viz_models.ui.panels import flow_cards, flow_more, flow_stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = flow_stage.question(text)  # on screen before torch is imported
        view = flow_stage.controls()
        photos.remarks(view.chosen)
        flow_stage.answer(answer, view, text)
        flow_stage.diagram(view)
        flow_cards.cards(view)
    flow_more.preprocessing(view, text)
    flow_more.all_steps(view, text)
    flow_more.take_away(view, text)


main()
