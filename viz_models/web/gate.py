"""Who comes in at all: by the name the server is called by, where the page is from, and how many.

Streamlit asks these questions too, but later: it looks names up while everybody waits, and counts
nobody. So each is answered here, before Streamlit hears of the visitor.
"""

import ipaddress
import os
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from viz_models.runs import home
from viz_models.web import hosting, messages

HOSTS = "FORWARD_PASS_HOSTS"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
OPEN_TO_ALL = ("/healthz", "/readyz")  # for a load balancer, which calls a server by any name
_open: Counter[str] = Counter()  # sockets of this server by address


def present() -> tuple[int, int]:
    """How many tabs are open, and from how many addresses."""
    return _open.total(), len(_open)


class Gate:
    """ASGI middleware: refuses foreign names and foreign pages, and sockets beyond a number.

    Reads FORWARD_PASS_HOSTS (names that visitors type, separated by spaces or commas; "*.a.org"
    for all under one) and what `hosting.socket_limits` reads.
    """

    def __init__(self, app: ASGIApp, environ: Mapping[str, str] = os.environ) -> None:
        """Read the settings; a wrong one stops the start."""
        self._app = app
        self._names = tuple(environ.get(HOSTS, "").replace(",", " ").lower().split())
        self._numbers = home.hosted(environ)
        self._most, self._most_each = hosting.socket_limits(environ)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody in, or say in one line why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = "" if scope["path"] in OPEN_TO_ALL else self._refusal(scope)
        if refusal:
            await PlainTextResponse(f"{refusal}\n", 403)(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = hosting.group(hosting.address(scope))
        if _open.total() >= self._most or _open[address] >= self._most_each:
            line = "Too many tabs are open here. Close one and reload this page.\n"
            await PlainTextResponse(line, 503)(scope, receive, send)
            return
        _open[address] += 1
        try:
            await self._app(scope, messages.known(receive), send)
        finally:
            _open[address] -= 1
            if not _open[address]:
                del _open[address]

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _name(f"//{host}")
        if not self._answers_to(name):
            said = name if name.isprintable() else "this"
            return f"This server does not answer to the name {said[:80]!r}: see {HOSTS}."
        origin = headers.get("origin")
        if scope["type"] != "websocket" or origin is None or urlsplit(origin).netloc == host:
            return ""
        if not self._is_listed(_name(origin)):
            return "A page of another site may not talk to this server."
        # A proxy has replaced the host: what comes after compares the two once more.
        MutableHeaders(scope=scope)["host"] = urlsplit(origin).netloc
        return ""

    def _answers_to(self, name: str) -> bool:
        return name in LOCAL_NAMES or self._is_listed(name) or (self._numbers and _is_number(name))

    def _is_listed(self, name: str) -> bool:
        return any(
            listed in ("*", name) or (listed.startswith("*.") and name.endswith(listed[1:]))
            for listed in self._names
            if name
        )


def _name(url: str) -> str:
    """Return the name of the host in an address, in small letters; "" where there is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return ""
    odd = parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment
    return "" if odd else (parts.hostname or "").rstrip(".")


def _is_number(name: str) -> bool:
    """Whether it is an IP address: no stranger's name can be made to mean this server then."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
