"""Lesson: what several heads buy, by switching each one off.

Sources: Vaswani et al. 2017, section 3.2.2, arXiv:1706.03762; Michel et al. 2019, Are sixteen
heads really better than one?, arXiv:1905.10650.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import heads as panel
from viz_models.ui.panels.attention.layers import help_on


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        section, facts = panel.answer_section(view)
        lesson.answer(answer, text[section], **facts)
        left, right = st.columns([2.75, 1], gap="xsmall")
        with left:
            panel.draw_stage(view)
        with right:
            panel.draw_written(view)
            st.caption(text["Reading it"], help=help_on("layer and head", "row"))
        panel.draw_over_sentences(view, text["Over sentences"])
    st.subheader(_("What do several heads buy?"))
    st.markdown(text["What do several heads buy?"])
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("heads", code=panel.code(view), table=panel.table(view))


main()
