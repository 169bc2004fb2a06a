"""A name for each browser, by which its runs and votes are its own."""

import os
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viz_models.runs import home
from viz_models.web import hosting, secret

OWNER_COOKIE = "owner"
EACH_HOUR = 120  # new names for one address: a class of sixty, who come twice
_OWNER = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")
_ADDRESSES = 10_000  # remembered


def owner_in(cookie: str) -> str:
    """Return the name that a cookie holds; "" where this server has not given it."""
    found = _OWNER.fullmatch(cookie)
    return found[1] if found and secret.is_signed(found[1], found[2]) else ""


def new_cookie() -> str:
    """Return a new name with the server's signature."""
    name = secrets.token_hex(16)
    return f"{name}.{secret.signature(name)}"


class OwnerCookie:
    """ASGI middleware: a random name for each browser, by which its runs are its own.

    Only the server reads it, and only what it has signed counts. Where strangers share the server,
    one address gets so many new names an hour; whoever gets none may look, but not take part.
    Where FORWARD_PASS_EMBED_HOSTS names sites that show this one in a frame, the cookie goes with
    the frame, and each of those sites gets one of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap an app."""
        self._app = app
        self._share = Share(EACH_HOUR, clock) if home.hosted(environ) else None
        self._embedded = bool(environ.get("FORWARD_PASS_EMBED_HOSTS", "").strip())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a cookie with a page to browsers that bring none, or none of ours."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        brought = cookie_parser(headers.get("cookie", "")).get(OWNER_COOKIE, "")
        if (
            "text/html" not in headers.get("accept", "")
            or owner_in(brought)
            or not self._may(scope)
        ):
            await self._app(scope, receive, send)
            return
        cookie = self._new(secure=scope["scheme"] == "https")

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, with_cookie)

    def _may(self, scope: Scope) -> bool:
        return self._share is None or self._share.take(hosting.group(hosting.address(scope)))

    def _new(self, *, secure: bool) -> str:
        answer = Response()
        answer.set_cookie(
            OWNER_COOKIE,
            new_cookie(),
            max_age=365 * 24 * 3600,
            httponly=True,
            secure=secure or self._embedded,
            samesite="none" if self._embedded else "lax",
        )
        # Python 3.11's cookies do not know this word yet
        return answer.headers["set-cookie"] + ("; Partitioned" if self._embedded else "")


class Share:
    """So many an hour for each; what is not used in an hour is not added up."""

    def __init__(self, each: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with a whole share for everybody."""
        self._each, self._clock = each, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # who: how many, when

    def has(self, who: str) -> bool:
        """Whether somebody has one left."""
        return self._of(who, self._clock()) >= 1

    def take(self, who: str) -> bool:
        """Use one of somebody's share, if there is one left."""
        now = self._clock()
        left = self._of(who, now)
        self._left.pop(who, None)
        self._left[who] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1

    def _of(self, who: str, now: float) -> float:
        left, when = self._left.get(who, (float(self._each), now))
        return min(float(self._each), left + (now - when) * self._each / 3600)
