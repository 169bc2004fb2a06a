"""One line of JSON for each request: what was asked, and how long it took; never by whom."""

import json
import re
import sys
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Names of sessions, files and people: whoever reads one in a log could use it.
_NAME = re.compile(r"(?<=/)(?=[^/]*\d)[0-9a-fA-F][0-9a-fA-F._-]{15,}[^/]*")
_QUIET = ("/healthz", "/readyz", "/_stcore/health")


def without_names(path: str) -> str:
    """Return a path with "*" for everything that could be the name of a session or a file."""
    return _NAME.sub("*", path)


def tell(event: str, **fields: object) -> None:
    """Write one line to stderr, as JSON."""
    line = {"time": round(time.time(), 3), "event": event, **fields}
    sys.stderr.write(json.dumps(line) + "\n")


class RequestLog:
    """ASGI middleware: says what was asked without query, cookie, address or session."""

    def __init__(self, app: ASGIApp, on: bool) -> None:
        """Wrap an app; it writes nothing where it is not `on`."""
        self._app, self._on = app, on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and say afterwards what it was."""
        if not self._on or scope["type"] == "lifespan" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        status, begin = 0, time.monotonic()

        async def seen(message: Message) -> None:
            nonlocal status
            status = message.get("status", 101 if message["type"] == "websocket.accept" else status)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            tell(
                "request" if scope["type"] == "http" else "socket closed",
                method=scope.get("method", ""),
                path=without_names(scope["path"]),
                status=status,
                ms=round(1000 * (time.monotonic() - begin), 1),
            )
