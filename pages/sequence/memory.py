"""Lesson: whether an RNN forgets the first word, and an LSTM not.

Sources: Bengio et al. 1994, doi:10.1109/72.279181; Jozefowicz et al. 2015, section 2.2,
proceedings.mlr.press/v37/jozefowicz15.html.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import memory as panel
from viz_models.ui.panels.sequence import memory_sentence

SECTIONS = (
    N_("One step, many times"),
    N_("Why does training not simply find it?"),
    N_("What is measured here"),
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(said, text["Answer"], **facts)
        left, right = st.columns([1.75, 1], gap="xsmall")
        with left:
            panel.draw_influence(view)
        with right:
            panel.draw_learned(view)
        left, right = st.columns([1, 1.2], gap="medium")
        with left:
            panel.draw_arithmetic(view)
        with right:
            panel.draw_table(view)
    st.subheader(_("On a sentence of yours"))
    st.markdown(text["On a sentence of yours"])
    memory_sentence.draw_sentence(text)
    for section in SECTIONS:
        st.subheader(_(section))
        st.markdown(text[section].format(**facts))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("memory", code=panel.code(view), table=panel.table(view))


main()
