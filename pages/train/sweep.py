"""Lesson: a sweep: every value of one setting with every value of another, each with its seeds.

Source: He et al. 2016, arXiv:1512.03385, for the sweep that is recorded.
"""

from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.lessons import sweep as panel
from viz_models.ui.panels.train.lessons import sweep_ask
from viz_models.ui.results.train import runs


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        runs.prepare()
        now = panel.view(sweep_ask.asked())
        lesson.answer(said, text[panel.answer(now)], **panel.facts(now))
        panel.draw_stage(now, text)
        sweep_ask.draw_start_row(now.asked)
    if now.grid.known and now.changes:
        st.subheader(_("Does every row change alike?"))
        st.markdown(text["Does every row change alike?"])
        left, right = st.columns([1.2, 1], gap="xsmall")
        with left:
            panel.draw_lines(now)
        with right:
            panel.draw_changes(now)
    st.subheader(_("What is a sweep?"))
    st.markdown(text["What is a sweep?"])
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("sweep", code=panel.code(now), table=partial(panel.table, now))


main()
