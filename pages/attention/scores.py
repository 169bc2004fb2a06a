"""Lesson: what the scores of attention are, and why masks come before the softmax.

Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import scores as panel
from viz_models.ui.panels.attention import scores_cards as cards
from viz_models.ui.panels.attention import scores_stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        panel.draw_answer(answer, view, text)
        scores_stage.draw_stage(view)
        panel.draw_foot(view)
        cards.draw_cards(view, text)
    with st.container():
        cards.draw_block(view, text)
    cards.draw_batch(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("scores", code=cards.code(view), table=cards.table(view))


main()
