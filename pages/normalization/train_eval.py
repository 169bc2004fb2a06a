"""Lesson: what BatchNorm keeps for eval mode, step by step.

Source: Ioffe & Szegedy 2015, algorithm 2, arXiv:1502.03167.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.controls import control_row
from viz_models.ui.panels.normalization import train_eval as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        chips, stage, foot = st.container(), st.container(gap="xsmall"), control_row()
        with chips:
            view = panel.controls(foot)
        lesson.answer(answer, text[panel.section(view)], **panel.facts(view))
        with stage:
            panel.charts(view)
            panel.cards(view)
    panel.explained(text)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row("train_eval", code=panel.code(view), table=panel.table(view))


main()
