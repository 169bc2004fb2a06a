"""Lesson: whether a new task needs only a simple output layer.

Source: Devlin et al. 2018, sections 3.2 and 5.3, arXiv:1810.04805.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.sequence import new_task as panel

SECTIONS = (N_("Three ways to learn it"), N_("What the new task is"))


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        facts = panel.facts(view)
        lesson.draw_refusal(view.refusal, _("The example is shown instead."))
        lesson.answer(said, text[panel.answer(view)], **facts)
        left, right = st.columns([1.25, 1], gap="xsmall")
        with left:
            panel.draw_over_examples(view)
        with right:
            panel.draw_verdicts(view)
    st.subheader(_(SECTIONS[0]))
    st.markdown(text[SECTIONS[0]].format(**facts))
    panel.draw_table(view)
    st.subheader(_(SECTIONS[1]))
    st.markdown(text[SECTIONS[1]].format(**facts))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("new_task", code=panel.code(view), table=panel.table(view), weights="new_task")


main()
