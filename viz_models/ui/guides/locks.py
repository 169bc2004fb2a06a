"""Which controls and parts of a page a lesson locks or hides just now.

`kit/controls.py` asks here, and so does every instrument. Whatever else has a key (a button, a
card, a chart) is locked or hidden in the browser, by the class that Streamlit gives to it.
"answer" is the line under a page's headline (`kit/lesson.py`).
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _

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


def around(key: str, params: Sequence[str]) -> AbstractContextManager[object]:
    """Return what an instrument is drawn in: a container that `style` knows, if it is locked.

    Args:
        key: Of the instrument.
        params: What it writes to the URL, by which a lesson may name it, too.
    """
    for part, has in (("hidden_part", is_hidden), ("locked_part", is_locked)):
        if any(has(name) for name in (key, *params)):
            return st.container(key=f"{part}_{key}")
    return nullcontext()


def style() -> str:
    """Return CSS that locks and hides the parts that are no controls."""
    locked = ", ".join([*_classes(_LOCKED), '[class*="st-key-locked_part_"]'])
    hidden = ", ".join([*_classes(_HIDDEN), '[class*="st-key-hidden_part_"]'])
    said = re.sub(r'["<\\\n]', "", _("Hidden until you have answered the lesson's question."))
    # a property of one's own reaches the inside of an instrument, which asks for it
    return (
        f":is({locked}) {{ pointer-events: none; opacity: 0.55; --lesson-locked: 1; }}\n"
        f":is({hidden}) > * {{ display: none; }}\n"
        f':is({hidden})::before {{ content: "{said}"; font-size: 0.9rem; opacity: 0.75; }}\n'
    )


def _classes(which: str) -> list[str]:
    """Return a selector for each name; one that no key can have selects nothing."""
    names = sorted(st.session_state.get(which, ()))
    return [f".st-key-{name}" for name in names if re.fullmatch(r"[A-Za-z0-9_-]+", name)]
