"""Lesson: why equal multiply-adds are not equal time, and what a channel shuffle is for.

Sources: Ma et al. 2018, arXiv:1807.11164, section 2; Zhang et al. 2017, arXiv:1707.01083.
"""

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.panels.vision import fast as panel
from viz_models.ui.panels.vision import fast_built
from viz_models.ui.panels.vision import fast_shuffle as shuffle


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        view = panel.controls()
        facts = panel.facts(view)
        lesson.answer(answer, text[""].partition("\n")[2], **facts)
        left, right = st.columns([2.2, 1], gap="xsmall")
        with left:
            panel.draw_ways(view)
            fast_built.draw_links(view, view.series, text)
        with right:
            panel.draw_guess(view)
            panel.draw_here()
    st.markdown(text[panel.NAMES[view.series]].format(**facts))
    units = N_("Two units with the same multiply-adds")
    st.subheader(_(units))
    st.markdown(text[units].format(**facts))
    panel.draw_units(view)
    fast_built.draw_links(view, "units", text)
    st.subheader(_("What does a channel shuffle do?"))
    way = shuffle.controls()
    st.markdown(text["What does a channel shuffle do?"].format(**shuffle.facts(way)))
    left, right = st.columns([2.2, 1], gap="xsmall")
    with left:
        shuffle.draw_channels(way)
    with right:
        shuffle.draw_place(way)
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    take_away.row("fast", code=panel.code(), table=panel.table(view))


main()
