"""Lesson: three 3x3 convolutions beside one 7x7, and what a 1x1 is for.

Sources: Simonyan & Zisserman 2015, arXiv:1409.1556; Luo et al. 2016, arXiv:1701.04128; He et al.
2016, arXiv:1512.03385.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.build import window, window_bottleneck


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = window.controls()
        window.draw_remark(view)
        lesson.answer(answer, text[""].partition("\n")[2], **window.facts(view))
        left, right = st.columns([1.25, 1], gap="xsmall")
        with left:
            window.draw_footprints(view)
        with right:
            window.draw_costs(view, text)
    title = N_("Does a 1×1 convolution see more, or less?")
    st.subheader(_(title))
    with st.container(gap="xsmall"):
        said = st.empty()
        block = window_bottleneck.controls()
        lesson.answer(said, text[title], **window_bottleneck.facts(block))
        window_bottleneck.draw_cards(block)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("windows", code=window.code(view), table=window.table(view))


main()
