"""Lesson: what normalization does to gradients, and to training runs on digits.

Sources: Ioffe & Szegedy 2015, section 3.3, arXiv:1502.03167; Santurkar et al. 2018,
arXiv:1805.11604.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.normalization import training


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = training.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **training.facts(view.grid))
        training.draw_backward(view)
        training.draw_grid(view)
    st.markdown(text["Backward"])
    st.subheader(_("Larger than the seed noise?"))
    st.markdown(text["Larger than the seed noise?"])
    training.draw_differences(view)
    st.subheader(_("Losses"))
    st.markdown(text["Losses"])
    training.draw_losses(view)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row(
        "norm_training",
        code=training.code(view),
        table=training.table(view.grid),
    )


main()
