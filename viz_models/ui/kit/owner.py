"""Who is looking: each browser is somebody else, but on one's own machine everything is yours."""

import hashlib
import secrets
from urllib.parse import urlsplit

import streamlit as st

from viz_models.language import N_
from viz_models.runs.home import LOCAL_OWNER, hosted
from viz_models.web import gate, hosting, secret
from viz_models.web.owner_cookie import OWNER_COOKIE, owner_in

__all__ = ["address", "browser", "current", "hosted", "is_at_home", "may_take_part"]
_GUEST = "forward_pass.guest"
NO_COOKIE = N_(
    "This browser keeps no cookie of this page, so that nobody could know whose it is: "
    "allow cookies, or wait an hour where many share your connection, and load the page again."
)


def is_at_home() -> bool:
    """Whether all runs are this session's: it is on the machine itself, which no stranger shares.

    Whoever comes from another machine, or by a name that a proxy answers to, has runs of its own.
    """
    name, address = _came()
    return not hosted() and not address and name in gate.LOCAL_NAMES


def _came() -> tuple[str, str]:
    """By which name this session came, and from which address; "" from this machine."""
    host = st.context.headers.get("host", "localhost")
    return urlsplit(f"//{host}").hostname or "", st.context.ip_address or ""


def current() -> str:
    """Whose runs this session starts, lists and may cancel."""
    return LOCAL_OWNER if is_at_home() else browser()


def browser() -> str:
    """Which browser looks.

    The cookie itself stays between browser and server: what is stored is its hash, so that a list
    of runs gives nobody the power over them. A browser that keeps no cookies is somebody new in
    each tab.
    """
    name = _named() or st.session_state.setdefault(_GUEST, secrets.token_hex(16))
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def may_take_part() -> bool:
    """Whether this browser may start runs and vote: a guest could be a thousand people."""
    return not hosted() or bool(_named())


def address() -> str:
    """From where it comes, as a number that says nothing about it; "" on one's own machine."""
    if not hosted():
        return ""
    return secret.signature(f"address {hosting.group(st.context.ip_address or '')}")


def _named() -> str:
    return owner_in(st.context.cookies.get(OWNER_COOKIE, ""))
