"""Lesson: why the memory of a dense block grows with the square of its depth.

Sources: Huang et al. 2017, arXiv:1608.06993; Pleiss et al. 2017, arXiv:1707.06990.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import dense_memory as panel

SECTIONS = (
    N_("Why are there two triangles?"),
    N_("What does it cost?"),
    N_("The running mean moves twice"),
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        choice = panel.controls()
        left, right = st.columns([1.6, 1], gap="xsmall")
        with left:
            panel.draw_squares(choice)  # needs no measurement
        view = panel.measured(choice)
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        with right:
            panel.draw_sum(view)
            panel.draw_price(view)
    panel.draw_over_depth(view)
    for section in SECTIONS:
        st.subheader(_(section))
        st.markdown(text[section].format(**facts))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("dense_memory", code=panel.code(view), table=panel.table(view))


main()
