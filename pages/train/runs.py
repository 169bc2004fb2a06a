"""Lesson: all runs of this browser. Watch them, compare their curves, look inside."""

from pathlib import Path

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import frame, lesson, words
from viz_models.ui.panels.train import compare as train_compare
from viz_models.ui.panels.train import inside as train_inside
from viz_models.ui.panels.train import live as train_live
from viz_models.ui.panels.train import table as train_table
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        answer = lesson.head(text)
        listed = runs.mine()
        chosen = train_table.chosen(listed)
        if listed:
            section = text[""].partition("\n")[2]
            lesson.answer(answer, section, **train_table.facts(listed))
        elif not chosen:
            st.markdown(text["Nothing yet"])
            train = Path(__file__).with_name("train.py")
            frame.page_link(train, label=_("Train"), icon=":material/play_arrow:")
            return
        if chosen:
            draw_curves(chosen, text)
        if listed:
            train_table.draw_table(listed, chosen)
    if chosen:
        with st.container():
            train_inside.draw_inside([watch(id) for id in chosen], text)
    if len(chosen) == 1:
        st.subheader(_("Take it away"))
        st.markdown(text["Take it away"])
        train_table.draw_downloads(chosen[0])


def draw_curves(chosen: tuple[str, ...], text: dict[str, str]) -> None:
    """Draw the curves of the chosen experiments, their comparison, and what may be done."""
    left, right = st.columns([2, 1], gap="xsmall")
    with left.container(border=True, height="stretch"):
        if len(chosen) == 1:
            train_live.draw_live(chosen[0])
        else:
            train_live.draw_chart(chosen)
    with right.container(border=True, height="stretch"):
        train_compare.draw_comparison([watch(id) for id in chosen], text)
        if len(chosen) == 1:
            train_table.draw_actions(chosen[0])


main()
