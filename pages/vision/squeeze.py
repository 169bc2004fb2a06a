"""Lesson: what a squeeze-and-excitation module looks at, and what its gates are worth.

Source: Hu et al. 2018, Squeeze-and-Excitation Networks, arXiv:1709.01507.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import squeeze as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        lesson.answer(answer, text[""].partition("\n")[2], **panel.measured_facts())
        view = panel.controls()
        facts = panel.facts(view)
        left, right = st.columns([1.6, 1], gap="xsmall")
        with left:
            panel.draw_module(view)
        with right:
            panel.draw_opened(view)
    st.subheader(_("What is a gate worth?"))
    st.markdown(text["What is a gate worth?"].format(**facts))
    panel.draw_replaced()
    st.markdown(text[panel.verdict()].format(**facts))
    st.subheader(_("Does a gate know the class?"))
    st.markdown(text["Does a gate know the class?"].format(**facts))
    panel.draw_classes(view)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("squeeze", code=panel.code(view), table=panel.table, weights="squeeze_digits")


main()
