"""Lesson: how does attention read an image?

Source: Dosovitskiy et al. 2020, arXiv:2010.11929.
"""

from functools import partial

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.attention import patches as panel
from viz_models.ui.panels.attention import patches_stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        if view is None:
            lesson.answer(answer, text["Not here"])
            panel.draw_download(text)
            return
        lesson.answer(answer, text["Answer"], **panel.facts(view))
        patches_stage.draw_stage(view, text)
        panel.draw_cards(view, text)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    rows = take_away.when_long(panel.rows(view), partial(panel.table, view))
    take_away.row("patches", code=panel.code(view), table=rows, weights=panel.weights(view))


main()
