"""Lesson: what may be frozen when a trained network learns new classes, and what moves anyway."""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.small import freezing as panel
from viz_models.ui.results.train import runs


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        runs.prepare()
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([1.7, 1], gap="xsmall")
        with left:
            panel.draw_over_examples(view)
        with right:
            panel.draw_numbers(view)
    st.subheader(_("Train it here"))
    st.markdown(text["Train it here"].format(**facts))
    panel.draw_here(view)
    st.subheader(_("Which parameters are trained?"))
    st.markdown(text["Which parameters are trained?"])
    panel.draw_blocks(view)
    st.subheader(_("The trap: frozen is not eval"))
    st.markdown(text["The trap: frozen is not eval"].format(**facts))
    panel.draw_means(view)
    st.subheader(_("What happens to the old classes?"))
    st.markdown(text["What happens to the old classes?"].format(**facts))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("freezing", code=panel.code(view), table=panel.table(view))


main()
