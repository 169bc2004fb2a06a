"""Lesson: what normalization does to gradients, and to training runs on digits.

Sources: Ioffe & Szegedy 2015, section 3.3, arXiv:1502.03167; Santurkar et al. 2018,
arXiv:1805.11604.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.normalization import training as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **panel.answer(view.grid))
        panel.backward(view)
        panel.grid(view)
    st.markdown(text["Backward"])
    st.subheader("Larger than the seed noise?")
    st.markdown(text["Larger than the seed noise?"])
    panel.differences(view)
    st.subheader("Losses")
    st.markdown(text["Losses"])
    panel.losses(view)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row(
        "norm_training",
        code=panel.code(view),
        table=panel.table(view.grid),
    )


main()
