"""What one can explore here, and the questions it answers."""

import streamlit as st

from viz_models.ui import words
from viz_models.ui.panels import home

FLOW = "flow/tensor_flow.py"


def main() -> None:
    """Draw the page."""
    text = words.sections(__file__)
    st.title(text[""].partition("\n")[0])
    st.caption(text[""].partition("\n")[2].strip())
    home.hero(FLOW)
    home.questions(text, FLOW)


main()
