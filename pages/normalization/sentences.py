"""Lesson: in a padded batch of sentences, whose outputs move with padding and with neighbors?

Sources: Ba et al. 2016, arXiv:1607.06450; Shen et al. 2020, arXiv:2003.07845.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.normalization import sentences


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = sentences.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **sentences.facts(view))
        sentences.draw_batch(view, text)
        sentences.draw_norms(view)
    sentences.draw_reasons(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("sentences", code=sentences.code(view), table=sentences.table(view))


main()
