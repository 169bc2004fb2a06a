"""Lesson: which valley each optimizer finds, from one start and from all of them.

Sources: Kingma and Ba 2014, arXiv:1412.6980; Loshchilov and Hutter 2017, arXiv:1711.05101;
Goh 2017, Why Momentum Really Works, doi:10.23915/distill.00006.
"""

from functools import partial

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.train.optimizers import cards, stage, take_home, view


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        said = lesson.head(text)
        now = view.controls()
        facts = view.facts(now)
        lesson.answer(said, text[f"Answer: {view.answer(now)}"], **facts)
        left, right = st.columns([1.7, 1], gap="xsmall")
        with left:
            stage.draw_walks(now)
        with right:
            stage.draw_shares(now)
    panels = {
        N_("One step, exactly"): lambda: _draw_step(now),
        N_("Where does every start end?"): lambda: cards.draw_maps(now),
        N_("Which rate?"): lambda: cards.draw_rates(now),
        N_("Schedules"): lambda: cards.draw_schedules(now),
        N_("Is a real network like this?"): lambda: None,
    }
    for title, draw in panels.items():
        st.subheader(_(title))
        st.markdown(text[title].format(**facts))
        draw()
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("descend", code=take_home.code(now), table=partial(take_home.table, now))


def _draw_step(now: view.View) -> None:
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        cards.draw_step(now)
    with right:
        cards.draw_ends(now)


main()
