"""Limits on what is uploaded."""

import asyncio
import os
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from viz_models.runs import home
from viz_models.web import hosting

MAX_FILE_BYTES = 10 * 2**20  # where strangers share the machine
MAX_SESSION_BYTES = 30 * 2**20
OWN_FILE_BYTES = 40 * 2**20  # on one's own machine: a phone's photo of 50 megapixels
OWN_SESSION_BYTES = 80 * 2**20
MAX_BYTES = 200 * 2**20  # of all sessions
MAX_ARRIVING_BYTES = 100 * 2**20  # of all sessions at the same time
MAX_FILES = 5  # of one session: kept, and on their way at the same time
EACH_S = 8 * 2**20  # bytes a second of one address where strangers share the machine, after
AT_ONCE = 40 * 2**20  # bytes that come as fast as they can
KEEP_AFTER_S = 45.0  # a lost connection often comes back; a closed tab does not

_ADDRESSES = 10_000  # remembered
_FRAME_BYTES = 2**16  # what multipart adds around a file
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


def file_bytes(environ: Mapping[str, str] = os.environ) -> int:
    """Return how large a file may be that is uploaded to this server."""
    return MAX_FILE_BYTES if home.hosted(environ) else OWN_FILE_BYTES


class Runtime(Protocol):
    """The part of Streamlit's runtime that holds uploads."""

    @property
    def uploaded_file_mgr(self) -> MemoryUploadedFileManager:
        """Where files of all sessions are."""

    def is_active_session(self, session_id: str) -> bool:
        """Whether a browser is connected."""


class _TooMuch(Exception):  # noqa: N818 - never leaves this module
    """The body that is being received passed a limit."""


class Pace:
    """So many bytes a second for each address: who sends more is read more slowly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody has sent anything yet."""
        self._clock = clock
        self._paid: OrderedDict[str, float] = OrderedDict()  # until when, by address

    def owed(self, who: str, size: int) -> float:
        """Return the seconds that somebody waits after so many bytes more."""
        now = self._clock()
        paid = max(self._paid.pop(who, 0.0), now - AT_ONCE / EACH_S) + size / EACH_S
        self._paid[who] = paid
        while len(self._paid) > _ADDRESSES:
            self._paid.popitem(last=False)
        return max(0.0, paid - now)


class UploadLimits:
    """ASGI middleware: bounds what one session can put into the server's memory.

    Counts the bytes that arrive, not those announced. A file may have 10 MiB where strangers share
    the machine, 40 on one's own. Of what has arrived, the newest 5 files and 30 MiB (80 on one's
    own machine) of a session are kept: dropping the oldest never locks anybody out. Of all sessions
    200 MiB are kept, and whoever holds most loses the oldest file first. When the browser has
    been gone for 45 s, its files are freed (Streamlit alone keeps them until somebody else's
    session ends). Where strangers share the machine, whoever has sent 40 MiB is read at 8 MiB a
    second, so that taking files apart keeps nobody else waiting.
    """

    def __init__(
        self,
        app: ASGIApp,
        runtime: Callable[[], Runtime] = get_instance,  # type: ignore[assignment]
        keep_after_s: float = KEEP_AFTER_S,
        environ: Mapping[str, str] = os.environ,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap an app; `runtime` is asked at each upload, as there is none before the start."""
        self._app, self._sleep = app, sleep
        self._pace = Pace() if home.hosted(environ) else None
        self._file_bytes = file_bytes(environ)
        self._session_bytes = MAX_SESSION_BYTES if home.hosted(environ) else OWN_SESSION_BYTES
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
        upload, address = object(), hosting.group(hosting.address(scope))
        arriving[upload] = 0

        async def counted() -> Message:
            message = await receive()
            size = len(message.get("body", b""))
            arriving[upload] += size
            if self._pace and (wait := self._pace.owed(address, size)):
                await self._sleep(wait)
            self._check(arriving[upload], arriving)
            self._check_all()
            return message

        try:
            self._check(int(Headers(scope=scope).get("content-length", 0)), arriving)
            await self._app(scope, counted, send)
        except _TooMuch as error:
            await PlainTextResponse(f"{error}\n", 413)(scope, receive, send)
        finally:
            del arriving[upload]
            if not arriving:
                self._arriving.pop(session, None)
            self._drop_oldest(session)

    def _check(self, size: int, arriving: dict[object, int]) -> None:
        if size > self._file_bytes + _FRAME_BYTES:
            raise _TooMuch(
                f"This file is larger than {self._file_bytes >> 20} MB. Save a smaller copy and "
                "try again."
            )
        too_many = len(arriving) > MAX_FILES
        if too_many or sum(arriving.values()) > self._session_bytes + _FRAME_BYTES:
            raise _TooMuch("Too many uploads at once. Wait for the first ones and try again.")

    def _check_all(self) -> None:
        if sum(sum(sizes.values()) for sizes in self._arriving.values()) > MAX_ARRIVING_BYTES:
            raise _TooMuch("Many people upload just now. Wait a moment and try again.")

    def _drop_oldest(self, session: str) -> None:
        manager = self._runtime().uploaded_file_mgr
        files = list(manager.file_storage.get(session, {}).values())  # in order of arrival
        room = self._session_bytes
        for age, file in enumerate(reversed(files)):
            room -= len(file.data)
            if age >= MAX_FILES or room < 0:
                manager.remove_file(session, file.file_id)
        self._drop_from_those_who_hold_most()

    def _drop_from_those_who_hold_most(self) -> None:
        manager = self._runtime().uploaded_file_mgr
        held = {s: list(files.values()) for s, files in manager.file_storage.items()}
        sizes = {s: sum(len(file.data) for file in files) for s, files in held.items()}
        while sum(sizes.values()) > MAX_BYTES:
            most = max(sizes, key=sizes.__getitem__)
            oldest = held[most].pop(0)
            sizes[most] -= len(oldest.data)
            manager.remove_file(most, oldest.file_id)

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
