"""Which controls a lesson locks or hides just now; `kit/controls.py` asks here.

"answer" is the line under a page's headline (`kit/lesson.py`).
"""

from collections.abc import Iterable

import streamlit as st

from viz_models.language import N_

_LOCKED = "forward_pass.guide.locked"
_HIDDEN = "forward_pass.guide.hidden"
ANSWER = N_("This line shows when you have answered the lesson's question.")
WHY = N_("The lesson locks this until you have answered its question.")


def put(locked: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
    """Lock and hide these controls from now on, and no others."""
    st.session_state[_LOCKED] = frozenset(locked)
    st.session_state[_HIDDEN] = frozenset(hidden)


def is_locked(key: str) -> bool:
    """Whether a control cannot be moved."""
    return key in st.session_state.get(_LOCKED, ())


def is_hidden(key: str) -> bool:
    """Whether a control is not to be seen."""
    return key in st.session_state.get(_HIDDEN, ())
