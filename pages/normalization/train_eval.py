"""Lesson: what BatchNorm keeps for eval mode, step by step.

Source: Ioffe & Szegedy 2015, algorithm 2, arXiv:1502.03167.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.controls import control_row
from viz_models.ui.panels.normalization import train_eval


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        chips, stage, foot = st.container(), st.container(gap="xsmall"), control_row()
        with chips:
            view = train_eval.controls(foot)
        lesson.answer(answer, text[train_eval.section(view)], **train_eval.facts(view))
        with stage:
            train_eval.draw_charts(view)
            train_eval.draw_cards(view)
    train_eval.draw_reasons(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("train_eval", code=train_eval.code(view), table=train_eval.table(view))


main()
