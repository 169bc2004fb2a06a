"""What goes over the wire and onto the screen while somebody uses a page."""

import base64
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 (its messages are read here)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251

from scripts import chromium
from tests.e2e.browser import FLAGS

_SCRIPT = Path(__file__).with_name("watch.js")
ANY = "any"  # some part of the page, but none of its frame
FRAME = ("frame", "question")
_QUIET = 0.2  # s without a change: then it is finished
_PATIENCE = 60  # s
_SINCE = """began => document.querySelector('[data-test-script-state="notRunning"]')
  ? window.__painted.filter(([part, at]) => part !== "press" && at > began) : []"""


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Chromium without a window; where there is none, the process ends with a line that says so."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.NONE_FOUND)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass  # without slots: Playwright hangs a wrapper on it
class Wire:
    """Messages of Streamlit's websocket, and bytes of everything that came."""

    sent: list[bytes] = field(default_factory=list)  # all requests for a run, since the beginning
    asked: list[float] = field(default_factory=list)  # when the browser asked for a run
    finished: list[float] = field(default_factory=list)  # when the end of a run arrived
    bytes: int = 0  # of websocket frames (before compression) and of HTTP answers (after)

    @property
    def over(self) -> bool:
        """Whether every run that was asked for has ended; a newer one may replace an older."""
        return bool(self.asked and self.finished and self.finished[-1] > self.asked[-1])

    def forget(self) -> None:
        """Begin anew."""
        self.asked.clear()
        self.finished.clear()
        self.bytes = 0

    def listen(self, page: Page) -> None:
        """Start noting what a page sends and receives."""
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.webSocketFrameSent", self._sent)
        devtools.on("Network.webSocketFrameReceived", self._received)
        devtools.on("Network.loadingFinished", self._loaded)

    def _sent(self, event: dict[str, Any]) -> None:
        if BackMsg.FromString(_payload(event)).WhichOneof("type") == "rerun_script":
            self.asked.append(event["timestamp"])
            self.sent.append(_payload(event))

    def _received(self, event: dict[str, Any]) -> None:
        raw = _payload(event)
        self.bytes += len(raw)
        if ForwardMsg.FromString(raw).WhichOneof("type") == "script_finished":
            self.finished.append(event["timestamp"])

    def _loaded(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


@dataclass(frozen=True, slots=True)
class Seen:
    """One interaction. Times are milliseconds since it began."""

    server: float  # from the first request for a run to the end of the last
    painted: dict[str, tuple[float, float]]  # part of the page -> first and last change
    bytes: int

    def first(self, *parts: str, but: Sequence[str] = ()) -> float:
        """When the first of these parts (of all, if none is named) was painted anew."""
        return min(t[0] for part, t in self.painted.items() if _wanted(part, parts, but))

    def last(self, *parts: str, but: Sequence[str] = ()) -> float:
        """When the last of these parts (of all, if none is named) was painted anew."""
        return max(t[1] for part, t in self.painted.items() if _wanted(part, parts, but))


def _wanted(part: str, parts: Sequence[str], but: Sequence[str]) -> bool:
    return part not in but and (not parts or part in parts)


class Watcher:
    """Watches one page from its first byte on."""

    def __init__(self, page: Page) -> None:
        """To be made before the page is opened."""
        self.page = page
        page.add_init_script(path=_SCRIPT)
        self.wire = Wire()
        self.wire.listen(page)

    def act(self, do: Callable[[], object], until: str) -> Seen:
        """Do something with a key or the mouse and see what follows.

        Args:
            do: Its last press is where the clock starts.
            until: A part of the page that changes; ANY is whatever stands in the page's frame.

        Raises:
            RuntimeError: When it does not end in a minute.
        """
        self.wire.forget()
        do()
        presses = "window.__painted.filter(p => p[0] === 'press').map(p => p[1])"
        return self.seen(self.page.evaluate(presses)[-1], until)

    def seen(self, began: float, until: str) -> Seen:
        """Wait until the runs that were asked for are over and nothing changes any more.

        Args:
            began: When the interaction began, as time.time() tells it.
            until: A part of the page that changes.

        Raises:
            RuntimeError: When it does not end in a minute.
        """
        parts: dict[str, tuple[float, float]] = {}
        for name, at in self._settled(began, until):
            since = (at - began) * 1e3
            parts[name] = (parts.get(name, (since,))[0], since)
        wire = self.wire
        return Seen((wire.finished[-1] - wire.asked[0]) * 1e3, parts, wire.bytes)

    def _settled(self, began: float, until: str) -> list[tuple[str, float]]:
        while time.time() < began + _PATIENCE:
            self.page.wait_for_timeout(30)
            if not self.wire.over:
                continue
            painted = self.page.evaluate(_SINCE, began)
            parts = {part for part, _ in painted}
            waiting = not parts - {*FRAME} if until == ANY else until not in parts
            if not waiting and time.time() > max(at for _, at in painted) + _QUIET:
                return painted
        raise RuntimeError(f"still changing after {_PATIENCE} s")


def _payload(event: dict[str, Any]) -> bytes:
    frame = event["response"]
    return base64.b64decode(frame["payloadData"]) if frame["opcode"] == 2 else b""
