"""Lesson: training runs with one wrong line each; read the curves, guess, then see the line.

Sources: Karpathy 2019, A Recipe for Training Neural Networks; He et al. 2015, arXiv:1502.01852.
"""

from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train import broken as panel
from viz_models.ui.results.train import runs


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        runs.prepare()
        view = panel.controls()
        facts = panel.facts(view)
        told = view.guess is not None
        lesson.answer(said, text["Answer: told" if told else "Answer: asked"], **facts)
        left, right = st.columns([2.5, 1], gap="xsmall")
        with left:
            panel.draw_curves(view)
        with right:
            panel.draw_guess(view)
            if told:
                with st.container(border=True):
                    st.markdown(text[view.fault].format(**facts))
    st.subheader(_("The line of code"))
    st.markdown(text["The line of code" if told else "Not yet"])
    if told:
        panel.draw_code(view)
    st.subheader(_("Run it here"))
    st.markdown(text["Run it here"])
    panel.draw_here(view)
    if told:
        st.subheader(_("Take it away"))
        st.markdown(text["Take it away"])
        take_away.row("broken", code=panel.code(view), table=partial(panel.table, view))


main()
