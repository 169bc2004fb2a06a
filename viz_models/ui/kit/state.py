"""What a reader chose on an instrument: kept for the session, read from the URL on entering.

An instrument paints its choice and writes it to the URL by itself; Python only hears of it.
So a choice has three homes: the browser (at once), the URL (for links and reloads) and here
(for the way back from another page, whose URL no longer says it).
"""

from collections.abc import Callable, Hashable, Mapping

import streamlit as st

_PAGE = "forward_pass.page"
_CHOICE = "forward_pass.choice."
_HELD = "forward_pass.held."
_NOTES = "forward_pass.notes."
_ENTERED = "forward_pass.entered"
_BOUND = "forward_pass.bound"
_SPELLED = "forward_pass.spelled"


def enter(page: str, *, anew: bool = False) -> None:
    """Tell which page this run draws; called once a run by the frame.

    When a page is entered, what the URL says about a choice counts, else what was chosen
    there before. While the page stays open only the instruments change a choice.

    Args:
        page: Its path.
        anew: Whether only the URL counts, also where the page was open before.
    """
    st.session_state[_ENTERED] = anew or st.session_state.get(_PAGE) != page
    if st.session_state[_ENTERED]:
        st.session_state[_PAGE] = page
        st.session_state[_SPELLED] = {}
        if anew:
            _forget()
        for name in [n for n in st.session_state if str(n).startswith(_HELD)]:
            del st.session_state[name]  # the instruments are mounted anew
        for name, value in st.query_params.items():
            st.session_state[_name(name)] = value


def _forget() -> None:
    """Forget what was chosen on this page, and what its controls and those of others hold."""
    bound = st.session_state.get(_BOUND, ())
    for name in [n for n in st.session_state if n in bound or str(n).startswith(_name(""))]:
        del st.session_state[name]


def bound(key: str) -> None:
    """Note that a control's value is part of the URL."""
    st.session_state.setdefault(_BOUND, set()).add(key)


def spell(key: str, shown: Mapping[str, str]) -> None:
    """Note what the options of a control show, where that is not what the URL holds of them."""
    tables = st.session_state.setdefault(_SPELLED, {})
    values = {text: value for value, text in reversed(tuple(shown.items()))}
    if shown:
        tables[key] = tuple(values.items())
    else:
        tables.pop(key, None)


def spelled() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return for each control of this session what its options show, and their values."""
    return st.session_state.get(_SPELLED, {})


def entered() -> bool:
    """Whether this run is the first one of the page since the reader came to it."""
    return bool(st.session_state.get(_ENTERED))


def _name(param: str) -> str:
    """Choices belong to a page: another one may call something else a step or a cell."""
    return f"{_CHOICE}{st.session_state.get(_PAGE, '')}.{param}"


def choice(param: str, default: str, valid: Callable[[str], bool]) -> str:
    """Return the current choice, or the default where it is not valid any more."""
    value = st.session_state.get(_name(param), default)
    return value if valid(value) else default


def choose(param: str, value: str) -> None:
    """Set a choice from Python. The instrument follows at the next run of the whole page."""
    st.session_state[_name(param)] = value
    st.session_state.pop(_HELD + param, None)


def held(param: str, token: Hashable, value: str) -> str:
    """Return the choice as it was when `token` last changed.

    An instrument is told where to start, not where it is: were the current choice part of its
    data, every click would send the data again.
    """
    name = _HELD + param
    if st.session_state.get(name, (None,))[0] != token:
        st.session_state[name] = (token, value)
    return st.session_state[name][1]


def listen(key: str, field: str, param: str) -> Callable[[], None]:
    """Return a callback that keeps what the instrument `key` reports as its `field`."""

    def keep() -> None:
        value = st.session_state[key].get(field)
        if value is not None:
            parts = value if isinstance(value, list | tuple) else [value]
            text = ",".join(str(v) for v in parts)
            st.session_state[_name(param)] = text

    return keep


def reported(key: str, field: str) -> str | None:
    """Return what an instrument last reported, for pages that need not remember it."""
    return dict(st.session_state.get(key) or {}).get(field)


def notes(name: str) -> dict[str, tuple[int, ...]]:
    """Return a dict that this session may write to and keeps until Reset."""
    return st.session_state.setdefault(_NOTES + name, {})
