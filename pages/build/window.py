"""Lesson: three 3x3 convolutions beside one 7x7, and what a 1x1 is for.

Sources: Simonyan & Zisserman 2015, arXiv:1409.1556; Luo et al. 2016, arXiv:1701.04128; He et al.
2016, arXiv:1512.03385.
"""

import streamlit as st

from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.build import window as panel
from viz_models.ui.panels.build import window_bottleneck as bottleneck


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        panel.remark(view)
        lesson.answer(answer, text[""].partition("\n")[2], **panel.facts(view))
        left, right = st.columns([1.25, 1], gap="xsmall")
        with left:
            panel.footprints(view)
        with right:
            panel.costs(view, text)
    title = "Does a 1×1 convolution see more, or less?"
    st.subheader(title)
    with st.container(gap="xsmall"):
        said = st.empty()
        block = bottleneck.controls()
        lesson.answer(said, text[title], **bottleneck.facts(block))
        bottleneck.cards(block)
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    take_away.row("windows", code=panel.code(view), table=panel.table(view))


main()
