"""Lesson: compare two networks, what differs between them and what it costs.

Sources: He et al. 2016, arXiv:1512.03385; Dosovitskiy et al. 2020, arXiv:2010.11929.
"""

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.build import compare, compare_race


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)  # on screen before torch is imported
        view = compare.controls()
        stage, cards = st.columns([2, 1], gap="small")
        with stage:
            compare.draw_diagrams(view)
            compare.draw_choices(view)
        with cards:
            running = compare_race.begin(view)
            compare.draw_prices(view, text)
        lesson.say(said, compare_race.answer(view, running, text))
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    compare.draw_take_away(view)
    compare_race.finish(view, running)
    lesson.say(said, compare_race.answer(view, running, text))


main()
