"""What the web server adds to Streamlit's: security headers and limits on what is uploaded."""

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance  # noqa: TID251 - its upload store is the one to bound
from streamlit.runtime.memory_uploaded_file_manager import (  # noqa: TID251 - as above
    MemoryUploadedFileManager,
)

MAX_FILE_BYTES = 10 * 2**20
MAX_SESSION_BYTES = 30 * 2**20
MAX_FILES = 5  # of one session: kept, and on their way at the same time
KEEP_AFTER_S = 45.0  # a lost connection often comes back; a closed tab does not
OWNER_COOKIE = "owner"
OWNER = re.compile(r"[0-9a-f]{32}")

_FRAME_BYTES = 2**16  # what multipart adds around a file
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
_HOST = re.compile(r"(https?://)?[\w*.:-]+")
_INDEX_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # inline in index.html


def content_security_policy(embed_hosts: str = "") -> str:
    """The policy under which Streamlit, Plotly and the instruments still work.

    Scripts come from this server and, for the instruments, from blobs that its scripts make;
    WebAssembly is Streamlit's own; styles may be inline, because Streamlit writes them so. There
    is no 'unsafe-eval': of Plotly only scattergl, splom and parcoords need it (regl), so use
    scatter; surfaces work.

    Args:
        embed_hosts: Sites that may show this one in a frame, separated by spaces or commas:
            "https://huggingface.co https://*.hf.space".

    Raises:
        ValueError: If one of them is not a host.
    """
    hosts = embed_hosts.replace(",", " ").split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"FORWARD_PASS_EMBED_HOSTS: {host!r} is no host like https://a.org")
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {_INDEX_SCRIPT}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *hosts)),
        )
    )


class SecurityHeaders:
    """ASGI middleware: headers on every answer; the metrics are closed unless asked for.

    Reads FORWARD_PASS_EMBED_HOSTS (see `content_security_policy`) and FORWARD_PASS_METRICS
    ("1" opens /_stcore/metrics, which tells function names and how many sessions there are).
    """

    def __init__(self, app: ASGIApp, environ: Mapping[str, str] = os.environ) -> None:
        """Read the two settings; a wrong one stops the start."""
        self._app = app
        self._metrics_open = environ.get("FORWARD_PASS_METRICS") == "1"
        self._headers = {
            "Content-Security-Policy": content_security_policy(
                environ.get("FORWARD_PASS_EMBED_HOSTS", "")
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers added to HTTP answers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        closed = scope["path"].endswith("/_stcore/metrics") and not self._metrics_open
        answer = PlainTextResponse("Not found\n", 404) if closed else self._app
        await answer(scope, receive, with_headers)


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


class Runtime(Protocol):
    """The part of Streamlit's runtime that holds uploads."""

    @property
    def uploaded_file_mgr(self) -> MemoryUploadedFileManager:
        """Where files of all sessions are."""

    def is_active_session(self, session_id: str) -> bool:
        """Whether a browser is connected."""


class _TooMuch(Exception):  # noqa: N818 - never leaves this module
    """The body that is being received passed a limit."""


class UploadLimits:
    """ASGI middleware: bounds what one session can put into the server's memory.

    Counts the bytes that arrive, not those announced. Of what has arrived, the newest 5 files
    and 30 MiB of a session are kept: dropping the oldest never locks anybody out. When the
    browser has been gone for 45 s, its files are freed (Streamlit alone keeps them until
    somebody else's session ends).
    """

    def __init__(
        self,
        app: ASGIApp,
        runtime: Callable[[], Runtime] = get_instance,  # type: ignore[assignment]
        keep_after_s: float = KEEP_AFTER_S,
    ) -> None:
        """Wrap an app; `runtime` is asked at each upload, as there is none before the start."""
        self._app = app
        self._runtime = runtime
        self._keep_after_s = keep_after_s
        self._arriving: dict[str, dict[object, int]] = {}  # session -> upload -> bytes so far

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Limit uploads, notice browsers that leave, pass the rest on."""
        upload = _UPLOAD.search(scope.get("path", ""))
        try:
            if upload and scope.get("method") == "PUT":
                await self._put(upload[1], scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            if upload or scope["type"] == "websocket":
                self._free_later()

    async def _put(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        arriving = self._arriving.setdefault(session, {})
        upload = object()
        arriving[upload] = 0

        async def counted() -> Message:
            message = await receive()
            arriving[upload] += len(message.get("body", b""))
            _check(arriving[upload], arriving)
            return message

        try:
            _check(int(Headers(scope=scope).get("content-length", 0)), arriving)
            await self._app(scope, counted, send)
        except _TooMuch as error:
            await PlainTextResponse(f"{error}\n", 413)(scope, receive, send)
        finally:
            del arriving[upload]
            if not arriving:
                self._arriving.pop(session, None)
            self._drop_oldest(session)

    def _drop_oldest(self, session: str) -> None:
        manager = self._runtime().uploaded_file_mgr
        files = list(manager.file_storage.get(session, {}).values())  # in order of arrival
        room = MAX_SESSION_BYTES
        for age, file in enumerate(reversed(files)):
            room -= len(file.data)
            if age >= MAX_FILES or room < 0:
                manager.remove_file(session, file.file_id)

    def _free_later(self) -> None:
        runtime = self._runtime()
        sessions = list(runtime.uploaded_file_mgr.file_storage)
        gone = [s for s in sessions if not runtime.is_active_session(s)]
        if gone:
            asyncio.get_running_loop().call_later(self._keep_after_s, self._free, gone)

    def _free(self, sessions: list[str]) -> None:
        runtime = self._runtime()
        for session in sessions:
            if not runtime.is_active_session(session):
                runtime.uploaded_file_mgr.remove_session_files(session)


def _check(size: int, arriving: dict[object, int]) -> None:
    if size > MAX_FILE_BYTES + _FRAME_BYTES:
        raise _TooMuch("This file is larger than 10 MB. Save a smaller copy and try again.")
    if len(arriving) > MAX_FILES or sum(arriving.values()) > MAX_SESSION_BYTES + _FRAME_BYTES:
        raise _TooMuch("Too many uploads at once. Wait for the first ones and try again.")
