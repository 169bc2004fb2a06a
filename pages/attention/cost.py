"""Lesson: what a layer over n tokens costs: attention, recurrence, convolution.

Source: Vaswani et al. 2017, table 1, arXiv:1706.03762.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import cost as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        view = panel.controls()
        lesson.answer(answer, text[""].partition("\n")[2], **panel.facts(view))
        left, right = st.columns([1.15, 1], gap="xsmall")
        with left:
            panel.draw_charts(view)
        with right:
            panel.draw_table(view)
            panel.draw_run_here(text["Run here"])
    for section in (N_("How each is measured"), N_("What the table does not say")):
        st.subheader(_(section))
        st.markdown(text[section])
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("attention_cost", code=panel.code(view), table=panel.table(view))


main()
