"""Who is looking: on a hosted page each browser is somebody else, locally everything is yours."""

import hashlib
import secrets

import streamlit as st

from viz_models.runs.home import LOCAL_OWNER, hosted
from viz_models.web.owner_cookie import OWNER, OWNER_COOKIE

__all__ = ["browser", "current", "hosted"]
_GUEST = "forward_pass.guest"


def current() -> str:
    """Whose runs this session starts, lists and may cancel."""
    return browser() if hosted() else LOCAL_OWNER


def browser() -> str:
    """Which browser looks.

    The cookie itself stays between browser and server: what is stored is its hash, so that a list
    of runs gives nobody the power over them. A browser that keeps no cookies is somebody new in
    each tab.
    """
    cookie = st.context.cookies.get(OWNER_COOKIE, "")
    if not OWNER.fullmatch(cookie):
        cookie = st.session_state.setdefault(_GUEST, secrets.token_hex(16))
    return hashlib.sha256(cookie.encode()).hexdigest()[:32]
