"""What one can explore here, in which order, and all questions that the site answers."""

from itertools import chain

import streamlit as st

from viz_models.language import N_
from viz_models.ui.guides import panel
from viz_models.ui.kit import turns, words
from viz_models.ui.panels.home import cards, chapters, find
from viz_models.ui.panels.home.chapters import FLOW, TRAIN
from viz_models.ui.panels.home.stops import Stop, draw_stops

STOPS = (
    Stop(FLOW, 2, {"step": "input"}),
    Stop(FLOW, 3, {"step": "layer1.0.conv1"}),
    Stop(FLOW, 3, {"step": "layer1.1.add"}),
    Stop(FLOW, 3, {"step": "conv1", "guess": "true"}),
    Stop("normalization/axes.py", 3),
    Stop("attention/scores.py", 3),
    Stop(TRAIN, 3, {"card": N_("Hidden layers")}),
)


def main() -> None:
    """Draw the page."""
    with turns.drawing():
        _draw()


def _draw() -> None:
    text = words.sections(__file__)
    flow = (*find.of_steps(FLOW, chapters.STEPS), *find.of_pages(chapters.OWN))
    train = (*find.of_cards(TRAIN), *find.of_pages(chapters.TRAINING))
    listed = (
        *(chapters.BUILD, chapters.NORMALIZE, chapters.ATTEND),
        *(chapters.SEQUENCE, chapters.VISION),
    )
    build, normalize, attend, sequence, vision = (find.of_pages(files) for files in listed)
    title, _, caption = text[""].partition("\n")
    with st.container(gap="xsmall"):
        st.title(title)
        st.caption(caption.strip())
        every = chain(flow, build, normalize, attend, sequence, vision, train)
        find.draw_search(text, (*every, *find.of_pages(chapters.OTHERS)))
        panel.draw_list(*text["Lessons"].splitlines())
        draw_stops(text, STOPS)
        cards.draw_hero(FLOW)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        cards.draw_flow_questions(text, flow)
    with right.container(border=True, height="stretch"):
        cards.draw_build_questions(text, build)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        cards.draw_norm_questions(text, normalize)
    with right.container(border=True, height="stretch"):
        cards.draw_attend_questions(text, attend)
    left, right = st.columns(2, gap="small")
    with left.container(border=True, height="stretch"):
        cards.draw_questions(text, "Sequence", sequence)
    with right.container(border=True, height="stretch"):
        cards.draw_questions(text, "Vision", vision)
    with st.container(border=True):
        cards.draw_train_questions(text, train)


main()
