"""What stands around every lesson: the bar, the sheet of keys, presenting."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from viz_models.models import warm
from viz_models.ui.instruments.mounting import mounted

_PRESENTING = "forward_pass.presenting"
_LARGER = 1.3  # of presenting.css on a projector, over the base of 14 px
_HERE = Path(__file__).parent
_KEYS = (
    ("?", "this sheet"),
    ("P", "present: large type, no frame"),
    ("Esc", "stop presenting"),
    ("N  B", "next lesson, lesson before"),
    ("← →", "step before, next step (also PageUp, PageDown)"),
    ("Home End", "first step, last step"),
    ("Space", "play and pause, with the diagram focused"),
    ("↑ ↓ ← →", "with a map focused: move the chosen value"),
)


def presenting() -> bool:
    """Whether this session presents. `?present=true` starts it; it survives navigation."""
    if "present" in st.query_params:
        st.session_state[_PRESENTING] = st.query_params["present"] == "true"
    return st.session_state.get(_PRESENTING, False)


def px(width: int) -> int:
    """A widget's width at the type size that is showing; widgets cannot be sized in rem."""
    return round(width * (_LARGER if presenting() else 1))


def style() -> None:
    """How a phone shows columns, and large type while presenting; drawn before the page itself."""
    warm.page_begins()
    st.html(_HERE / "phone.css")
    if presenting():
        st.html(_HERE / "presenting.css")


def neighbors(pages: Sequence[StreamlitPage], here: StreamlitPage) -> None:
    """The lesson before and the next one; the keys B and N follow these links."""
    i = pages.index(here)
    before, after = pages[i - 1], pages[(i + 1) % len(pages)]
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for key, page, icon in (("before", before, "arrow_back"), ("next", after, "arrow_forward")):
            with st.container(key=f"lesson_{key}", width="content"):
                st.page_link(page, label=page.title, icon=f":material/{icon}:")


def bar() -> None:
    """Reset, Copy link, Present and `?`, in the header; drawn after the page itself."""
    mounted("bar")(
        key="forward_pass.bar",
        data={"presenting": presenting(), "keys": [list(row) for row in _KEYS]},
        on_present_change=_toggle_presenting,
    )
    warm.page_drawn()


def _toggle_presenting() -> None:
    st.session_state[_PRESENTING] = not presenting()
    st.query_params.pop("present", None)
    if st.session_state[_PRESENTING]:
        st.query_params["present"] = "true"
