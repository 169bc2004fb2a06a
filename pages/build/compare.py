"""Lesson: two networks side by side, what differs and what it costs.

Sources: He et al. 2016, arXiv:1512.03385; Dosovitskiy et al. 2020, arXiv:2010.11929.
"""

import streamlit as st

from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.build import compare as panel
from viz_models.ui.panels.build import compare_race as race


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)  # on screen before torch is imported
        view = panel.controls()
        stage, cards = st.columns([2, 1], gap="small")
        with stage:
            panel.diagrams(view)
            panel.choices(view)
        with cards:
            running = race.begin(view)
            panel.prices(view, text)
        said.caption(race.answer(view, running, text))
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    panel.take_home(view)
    race.finish(view, running)
    said.caption(race.answer(view, running, text))


main()
