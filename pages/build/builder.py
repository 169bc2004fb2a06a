"""Lesson: build a network with sliders, and see what its shape does to the gradients.

Sources: He et al. 2016, arXiv:1603.05027; Balduzzi et al. 2017, arXiv:1702.08591; Zhang et al.
2019, arXiv:1901.09321.
"""

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.panels.build import (
    builder_cards,
    builder_controls,
    builder_more,
    builder_race,
    builder_recurrent_cards,
    builder_stage,
)


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        st.title(text[""])
        answer = st.empty()
        asked = builder_controls.asked()
        painted = builder_stage.network_controls(asked)
        builder_controls.draw_remarks(asked)
        knobs, stage, cards = st.columns([226, 674, 300], gap="small")
        with knobs.container(border=True):
            builder_controls.draw_column(asked)
            price = st.container()
        with stage:
            above = st.container(key="build_stage")
            view = builder_stage.race_controls(asked, painted)
            with above:
                builder_stage.draw_diagram(view)
            with price:
                builder_cards.draw_price(view)
            running = builder_race.begin(view, answer, text)
            builder_more.draw_shapes(view, text)
        with cards:
            builder_cards.draw_paths(view, text)
            builder_cards.draw_connections(view, text)
            builder_recurrent_cards.draw(view, text)
    builder_more.draw_times(view, text)
    builder_more.draw_take_away(view, text)
    builder_race.finish(view, running, text)


main()
