"""Lesson: how far the statistics of a small batch are from those of all the data.

Sources: Ioffe & Szegedy 2015, arXiv:1502.03167; Wu & He 2018, figure 1, arXiv:1803.08494.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.normalization import batch_size


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = batch_size.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **batch_size.facts(view))
        batch_size.draw_errors(view)
        batch_size.draw_batch_of_one(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("batch_size", code=batch_size.code(view), table=batch_size.table(view))


main()
