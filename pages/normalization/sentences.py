"""Lesson: in a padded batch of sentences, whose outputs move with padding and with neighbors?

Sources: Ba et al. 2016, arXiv:1607.06450; Shen et al. 2020, arXiv:2003.07845.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.normalization import sentences as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **panel.facts(view))
        panel.stage(view, text)
        panel.norms(view)
    panel.explained(text)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row("sentences", code=panel.code(view), table=panel.table(view))


main()
