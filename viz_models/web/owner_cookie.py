"""A name for each browser, by which its runs and votes are its own."""

import os
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER_COOKIE = "owner"
OWNER = re.compile(r"[0-9a-f]{32}")


class OwnerCookie:
    """ASGI middleware: a random name for each browser, by which its runs are its own.

    Only the server reads it. Where FORWARD_PASS_EMBED_HOSTS names sites that show this one in a
    frame, the cookie goes with the frame, and each of those sites gets one of its own.
    """

    def __init__(self, app: ASGIApp, environ: Mapping[str, str] = os.environ) -> None:
        """Wrap an app."""
        self._app = app
        self._embedded = bool(environ.get("FORWARD_PASS_EMBED_HOSTS", "").strip())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a cookie with a page to browsers that bring none, or none of ours."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        brought = cookie_parser(headers.get("cookie", "")).get(OWNER_COOKIE, "")
        if "text/html" not in headers.get("accept", "") or OWNER.fullmatch(brought):
            await self._app(scope, receive, send)
            return
        cookie = self._new(secure=scope["scheme"] == "https")

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, with_cookie)

    def _new(self, *, secure: bool) -> str:
        answer = Response()
        answer.set_cookie(
            OWNER_COOKIE,
            secrets.token_hex(16),
            max_age=365 * 24 * 3600,
            httponly=True,
            secure=secure or self._embedded,
            samesite="none" if self._embedded else "lax",
        )
        # Python 3.11's cookies do not know this word yet
        return answer.headers["set-cookie"] + ("; Partitioned" if self._embedded else "")
