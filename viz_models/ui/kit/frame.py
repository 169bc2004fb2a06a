"""What stands around every lesson: the bar, the sheet of keys, presenting."""

import html
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models import warm
from viz_models.ui.instruments.mounting import mounted
from viz_models.ui.kit import speech, state, words

Heard = Mapping[str, Any]
_PRESENTING = "forward_pass.presenting"
_BAR = "forward_pass.bar"
_LARGER = 1.3  # of presenting.css on a projector, over the base of 14 px
_HERE = Path(__file__).parent
_pages: dict[Path, StreamlitPage] = {}  # of the site, by file
_KEYS = (
    ("?", N_("open or close this sheet")),
    ("P", N_("present: large type, nothing around the lesson")),
    ("S", N_("while presenting: the panel under the pointer alone, as does a click on its ground")),
    (N_("Esc"), N_("the whole page again, then stop presenting")),
    ("N  B", N_("next page, page before; in a lesson its next step, the step before")),
    ("← →", N_("step before, next step")),
    (
        "PageUp PageDown",
        N_("the same, while the diagram is on screen; steps of a lesson on a projector"),
    ),
    (N_("Home End"), N_("first step, last step, while the diagram is on screen")),
    (N_("Space"), N_("play and pause, after a click on the diagram")),
    ("↑ ↓ ← →", N_("after a click on a map: move to another value")),
)


def presenting() -> bool:
    """Whether this session presents. `?present=true` starts it; it survives navigation."""
    if "present" in st.query_params:
        st.session_state[_PRESENTING] = st.query_params["present"] == "true"
    return st.session_state.get(_PRESENTING, False)


def px(width: int) -> int:
    """Return a widget's width at the type size that is showing; widgets cannot be sized in rem."""
    return round(width * (_LARGER if presenting() else 1))


def listed(file: Path, title: str, path: str, *, visible: bool) -> StreamlitPage:
    """Return a page of the site for this run.

    Args:
        file: Its script.
        title: What the menu calls it.
        path: In the URL; the one that is called "home" opens first.
        visible: Whether the menu has it.
    """
    return copy(_listed(file, title, path, visible))  # a run marks the page that it draws


@cache
def _listed(file: Path, title: str, path: str, visible: bool) -> StreamlitPage:
    """Look for the file once: each time Streamlit looks at all folders on the way to it."""
    shown: Literal["visible", "hidden"] = "visible" if visible else "hidden"
    page = st.Page(file, title=title, url_path=path, default=path == "home", visibility=shown)
    _pages[file.resolve()] = page
    return page


def page_link(page: Path | StreamlitPage, **options: Any) -> None:  # noqa: ANN401
    """Draw a link to a page of the site; it keeps the language that the reader's address names.

    For a file Streamlit itself would look at all folders on the way to it, for each link.

    Args:
        page: Its file, or the page itself.
        options: Of `st.page_link`; `query_params` are what the page opens with.
    """
    opened = {**(options.pop("query_params", None) or {}), **speech.params()}
    known = page if isinstance(page, StreamlitPage) else _pages.get(page, page)
    st.page_link(known, query_params=opened or None, **options)


def style() -> None:
    """How a phone shows columns, and large type while presenting; drawn before the page itself."""
    warm.page_begins()
    st.html(_HERE / "page.css")
    if presenting():
        st.html(_HERE / "presenting.css")


def neighbors(pages: Sequence[StreamlitPage], here: StreamlitPage) -> None:
    """Draw links to the lesson before and the next one; the keys B and N follow these links."""
    i = pages.index(here)
    before, after = pages[i - 1], pages[(i + 1) % len(pages)]
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for key, page, icon in (("before", before, "arrow_back"), ("next", after, "arrow_forward")):
            with st.container(key=f"lesson_{key}", width="content"):
                page_link(page, label=page.title, icon=f":material/{icon}:")


def bar(name: str, about: str, lesson: str, kept: Heard, on_heard: Callable[[Heard], None]) -> None:
    """Draw Reset, Copy link, Present and `?` in the header.

    It is drawn before the page, so that its keys work while the page is still computing.

    Args:
        name: What the menu calls the page.
        about: One or two sentences for the sheet: what one sees here, and what one can do.
        lesson: Step of the guided lesson that is on, for the URL; "" without one.
        kept: Texts for the browser to keep, by their names; None asks what it has.
        on_heard: Takes what the bar says: {"add": view}, or {"kept": texts that it has}.
    """
    with st.container(key="page_tools"):  # page.css takes it out of the page's rows
        mounted("bar")(
            key=_BAR,
            data={
                "presenting": presenting(),
                "keys": [[_(key), _(meaning)] for key, meaning in _KEYS],
                "name": name,
                "about": about,
                "lesson": lesson,
                "lang": speech.asked(),
                "terms": words.terms(),
                "kept": list(kept.items()),  # for a dictionary Streamlit imports pandas
            },
            on_present_change=_present,
            on_add_change=lambda: on_heard(st.session_state[_BAR]),
            on_kept_change=lambda: on_heard(st.session_state[_BAR]),
        )


def place(chapter: str, name: str) -> None:
    """Draw above the headline what the menu calls this page."""
    with st.container(key="page_name"):  # page.css takes it out of the page's rows
        st.html(html.escape(name if chapter in ("", name) else f"{chapter} · {name}"))


def drawn() -> None:
    """End the page: its links hold values, and work in the background may take the processor."""
    if tables := state.spelled():
        with st.container(key="page_address"):  # page.css takes it out of the page's rows
            mounted("address")(key="forward_pass.address", data={"spelled": list(tables.items())})
    warm.page_drawn()


def _present() -> None:
    """Begin or end presenting, as the bar asks."""
    st.session_state[_PRESENTING] = bool(st.session_state[_BAR].get("present"))
    st.query_params.pop("present", None)
    if st.session_state[_PRESENTING]:
        st.query_params["present"] = "true"
