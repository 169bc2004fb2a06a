"""A teacher's own lesson: collect views, ask about them, try it, take it home as a file."""

import streamlit as st

from viz_models.ui.kit import words
from viz_models.ui.panels.home import my_lesson as panel


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    with st.container(gap="xsmall"):
        st.title(text[""].partition("\n")[0])
        st.caption(text[""].partition("\n")[2].strip())
        editor, check = st.columns([1.7, 1], gap="small")
        with editor:
            panel.draw_text(text)
        with check.container(border=True):
            panel.draw_check(text)
        panel.draw_others(text)
        with st.expander(text["Format"].partition("\n")[0]):
            st.markdown(text["Format"].partition("\n")[2])


main()
