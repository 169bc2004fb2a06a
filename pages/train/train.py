"""Lesson: questions that training answers. Predict, run, and read what was measured.

Sources: He et al. 2016, arXiv:1512.03385; Goyal et al. 2017, arXiv:1706.02677; Student 1908,
doi:10.2307/2331554.
"""

import streamlit as st

from viz_models.ui.kit import lesson, words
from viz_models.ui.panels.train import ask as train_ask
from viz_models.ui.panels.train import own as train_own
from viz_models.ui.panels.train import view as train_view
from viz_models.ui.results.train import runs


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        asked, answered = st.empty(), st.empty()
        card, experiment = train_view.choose()
        asked.title(text[card])
        runs.prepare()
        if card == train_view.OWN:
            answered.caption(text[f"{card}: set-up"])
            train_own.draw_own(experiment)
            return
        view = train_view.view(card, experiment)
        lesson.say(answered, train_ask.answer(view, text))
        train_ask.draw_card(view, text)


main()
