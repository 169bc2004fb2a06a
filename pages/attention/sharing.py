"""Lesson: what happens when query heads share their keys and values.

Sources: Shazeer 2019, arXiv:1911.02150; Ainslie et al. 2023, arXiv:2305.13245.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import sharing as panel
from viz_models.ui.panels.attention import sharing_cards as cards


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        lesson.answer(answer, text[panel.section(view)], **panel.facts(view))
        panel.draw_stage(view)
        cards.draw_savings(view)
    st.markdown(text["What is shared"])
    st.subheader(_("Queries summed"))
    cards.draw_summing(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("kv_sharing", code=panel.code(view), table=panel.table(view))


main()
