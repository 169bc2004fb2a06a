"""Lesson: how a trained translator writes a sentence, word by word.

Sources: Sutskever et al. 2014, arXiv:1409.3215; Vaswani et al. 2017, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import decode as panel
from viz_models.ui.panels.attention import decode_more as more


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        lesson.answer(answer, text[panel.section(view)], **panel.facts(view))
        panel.draw_stage(view, text)
        panel.draw_foot(view)
        panel.draw_beam(view, text)
    with st.container():
        st.subheader(_("Teacher forcing and free running"))
        st.markdown(text["Teacher forcing and free running"])
        if in_sight("slips_sight", height=260):
            more.draw_slip(view, text)
    with st.container():
        st.subheader(_("Temperature and top-k"))
        if in_sight("draws_sight", height=420):
            more.draw_samples(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("decode", code=panel.code(view), table=panel.table(view))


main()
