"""Which language a reader's pages speak: the URL's `lang`, else their browser's, else English."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from viz_models import language

PARAM = "lang"
_ASKED = "forward_pass.lang"  # what a URL of this session said
_SPOKEN = "forward_pass.spoken"


def begin() -> None:
    """Choose the language of this run; called by the frame before anything is drawn."""
    said = st.query_params.get(PARAM)
    if said in language.known():
        st.session_state[_ASKED] = said
    spoken = asked() or _of_browser(st.context.locale or "")
    st.session_state[_SPOKEN] = spoken
    language.speak(spoken)


def asked() -> str:
    """Return the language that the URL must name, so that a copied link keeps it; "" for none."""
    return st.session_state.get(_ASKED, "")


def params() -> dict[str, str]:
    """Return the parameter that keeps the language in a link to another page; {} for none."""
    return {PARAM: asked()} if asked() else {}


def _of_browser(locale: str) -> str:
    """Return the language of "zh-CN": that of the country, else the language at all."""
    found = (name for name in (locale, locale.partition("-")[0]) if name in language.known())
    return next(found, language.ENGLISH)


def _of_session() -> str:
    """Return the language for a fragment or a callback, which the frame does not begin."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return language.ENGLISH
    return st.session_state.get(_SPOKEN, language.ENGLISH)


language.ask(_of_session)
