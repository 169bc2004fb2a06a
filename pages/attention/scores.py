"""Lesson: what the scores of attention are, and why masks come before the softmax.

Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import scores as attend_scores
from viz_models.ui.panels.attention import scores_cards as attend_scores_cards
from viz_models.ui.panels.attention import scores_stage as attend_scores_stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = attend_scores.controls()
        attend_scores.answer(answer, view, text)
        attend_scores_stage.stage(view)
        attend_scores.foot(view)
        attend_scores_cards.cards(view, text)
    with st.container():
        attend_scores_cards.after_the_heads(view, text)
    attend_scores_cards.batch(view, text)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row(
        "scores",
        code=attend_scores_cards.code(view),
        table=attend_scores_cards.table(view),
    )


main()
