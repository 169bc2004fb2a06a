"""Lesson: two networks against each other, and the two losses of the generator.

Source: Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661.
"""

from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.lessons import gan as panel
from viz_models.ui.panels.train.lessons import gan_here
from viz_models.ui.panels.train.lessons import gan_more as more
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
        panel.draw_planes(view, text)
    st.subheader(_("Where the gradient vanishes"))
    st.markdown(text["Where the gradient vanishes"].format(**facts))
    panel.draw_ends(view, text)
    st.markdown(text[panel.verdict(view)].format(**facts))
    more.draw_update(view, text)
    gan_here.draw_own(view, text)
    more.draw_digits(text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("gan", code=panel.code(view), table=partial(panel.table, view))


main()
