"""Lesson: does attention know the order of the words?

Source: Vaswani et al. 2017, section 3.5, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import positions as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        lesson.answer(answer, text[panel.section(view)], **panel.facts(view))
        panel.draw_stage(view, text)
        panel.draw_networks(view, text)
    panel.draw_positions(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("positions", code=panel.code(view), table=panel.table(view))


main()
