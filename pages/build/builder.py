"""Lesson: build a network with sliders, and see what its shape does to the gradients.

Sources: He et al. 2016, arXiv:1603.05027; Balduzzi et al. 2017, arXiv:1702.08591; Zhang et al.
2019, arXiv:1901.09321.
"""

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.panels.build import builder_cards as build_cards
from viz_models.ui.panels.build import builder_controls as build_controls
from viz_models.ui.panels.build import builder_more as build_more
from viz_models.ui.panels.build import builder_race as build_race
from viz_models.ui.panels.build import builder_stage as build_stage


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        st.title(text[""])
        answer = st.empty()
        asked = build_controls.asked()
        kept = build_stage.controls(asked)
        build_controls.remarks(asked)
        knobs, stage, cards = st.columns([226, 674, 300], gap="small")
        with knobs.container(border=True):
            build_controls.column(asked)
            price = st.container()
        with stage:
            drawn = st.container(key="build_stage")
            view = build_stage.race_controls(asked, kept)
            with drawn:
                build_stage.diagram(view)
            with price:
                build_cards.price(view)
            running = build_race.begin(view, answer, text)
        with cards:
            build_cards.paths(view, text)
            build_cards.who_sees_whom(view, text)
    build_more.times(view, text)
    build_more.take_away(view, text)
    build_race.finish(view, running, text)


main()
