"""Sixty tabs that watch one run: `make load`. Speaks Streamlit's protocol, so it needs no browser.

Ticks are planned, and late is counted from the plan, so that a slow server cannot hide behind a
client that waits politely. Every planned tick ends in one bucket: answered, or missed. A tick
counts as an error when an exception came with it. What a browser paints is not measured here.
"""

import argparse
import asyncio
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - a client of its protocol
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above

from benchmarks.served import Served, fresh_server, own_folder

TABS = 60
SECONDS = 40.0
RAMP_S = 8.0  # in which the tabs open, one after the other
WARM_S = 60.0  # at most, until the server has imported all that it will need
ANSWER_S = 10.0  # a tick that is not answered by then was missed
FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


@dataclass
class Told:
    """What all tabs saw."""

    planned: int = 0
    answered: int = 0
    others: int = 0  # runs of other fragments, and of the whole page
    late: list[float] = field(default_factory=list)  # ms from plan to answer
    gaps: list[float] = field(default_factory=list)  # ms between two charts in one tab
    sizes: list[int] = field(default_factory=list)  # bytes of a tick
    errors: list[str] = field(default_factory=list)
    counting: bool = False


class Tab:
    """One browser tab on the page Runs."""

    def __init__(self, served: Served, run: str, told: Told) -> None:
        """Not open yet."""
        self.url = served.url.replace("http", "ws", 1) + "/_stcore/stream"
        self.origin = served.url
        self.run, self.told = run, told
        self.page = ""  # its hash
        self.cached: dict[str, None] = {}
        self.timers: dict[str, asyncio.Task[None]] = {}
        self.waiting: dict[str, float] = {}  # fragment -> planned time of its tick
        self.shown = 0.0  # when the last chart came
        self.size = 0
        self.drew: set[str] = set()  # fragments whose elements came with the current run
        self.loaded = asyncio.Event()

    async def watch(self) -> None:
        """Open the page, then tick as often as the page asks for, until cancelled."""
        try:
            await self._watch()
        except (OSError, websockets.WebSocketException) as error:
            self.told.errors.append(f"a tab was closed: {error}"[:120])
            self.loaded.set()

    async def _watch(self) -> None:
        async with websockets.connect(
            self.url,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            max_size=2**26,
            origin=self.origin,  # type: ignore[arg-type]
            proxy=None,
            open_timeout=60,
            ping_interval=None,  # of a tick that does not come the figures tell
        ) as socket:
            self.socket = socket
            await self._ask("")
            try:
                async for raw in socket:
                    if isinstance(raw, bytes):
                        await self._hear(raw)
            finally:
                for timer in self.timers.values():
                    timer.cancel()

    async def _ask(self, fragment: str) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = f"run={self.run}"
        if self.page:
            asked.page_script_hash = self.page
        else:
            asked.page_name = "runs"
        asked.fragment_id = fragment
        asked.is_auto_rerun = bool(fragment)
        asked.cached_message_hashes.extend(list(self.cached)[-200:])
        await self.socket.send(message.SerializeToString())

    async def _tick(self, fragment: str, interval: float) -> None:
        due = time.monotonic()
        while True:
            due += interval
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if interval <= 1.0:
                self._settle(fragment, answered=False)  # of a tick before that is still open
                self.told.planned += self.told.counting
                self.waiting[fragment] = due
            await self._ask(fragment)

    def _settle(self, fragment: str, *, answered: bool) -> None:
        due = self.waiting.pop(fragment, None)
        if due is None or not self.told.counting:
            return
        late = time.monotonic() - due
        if answered and late <= ANSWER_S:
            self.told.answered += 1
            self.told.late.append(1000 * late)
            self.told.sizes.append(self.size)

    async def _hear(self, raw: bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(raw)
        kind = message.WhichOneof("type")
        self.size += len(raw)
        if message.hash and message.metadata.cacheable:
            self.cached[message.hash] = None
        if kind == "new_session":
            self.size, self.drew = len(raw), set()
        elif kind == "auto_rerun":
            again = message.auto_rerun
            if again.fragment_id not in self.timers:
                self.timers[again.fragment_id] = asyncio.create_task(
                    self._tick(again.fragment_id, again.interval)
                )
        elif kind == "navigation":  # comes with a run of the whole page, whose fragments are new
            self.page = message.navigation.page_script_hash
            for timer in self.timers.values():
                timer.cancel()
            self.timers.clear()
            self.waiting.clear()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self.drew.add(message.delta.fragment_id)
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.told.errors.append(element.exception.message[:120])
        elif kind == "script_finished" and message.script_finished in FINISHED:
            self.loaded.set()
            ticked = self.drew & self.waiting.keys()
            for fragment in ticked:
                self._settle(fragment, answered=True)
                self._drawn()
            self.told.others += self.told.counting and not ticked

    def _drawn(self) -> None:
        now = time.monotonic()
        if self.shown and self.told.counting:
            self.told.gaps.append(1000 * (now - self.shown))
        self.shown = now


def start_run(seconds: float) -> str:
    """Return a run that goes on for so long; the id of its experiment."""
    from viz_models.records import Arm, Budget, ExperimentSpec, RunSpec
    from viz_models.runs import client

    long = RunSpec(evaluations=40, moments=4, budget=Budget(amount=seconds, unit="seconds"))
    return client.start(
        "local", ExperimentSpec(arms=(Arm(label="", run=long),)), uuid.uuid4().hex
    ).id


async def measure(served: Served, run: str, tabs: int, seconds: float) -> tuple[Told, float]:
    """All tabs watch; returns what they saw, and the server's CPU seconds meanwhile."""
    told = Told()
    watchers = []
    all_tabs = [Tab(served, run, told) for _ in range(tabs)]
    for i, tab in enumerate(all_tabs):
        watchers.append(asyncio.create_task(tab.watch()))
        await (asyncio.sleep(RAMP_S / tabs) if i else _until_warm(served))
    await asyncio.wait_for(asyncio.gather(*(tab.loaded.wait() for tab in all_tabs)), 180)
    await asyncio.sleep(3)
    told.counting, before = True, served.cpu_seconds() or 0.0
    await asyncio.sleep(seconds)
    told.counting, spent = False, (served.cpu_seconds() or 0.0) - before
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    return told, spent


async def _until_warm(served: Served) -> None:
    """Let a first visitor start the imports, which go on for seconds after the page is there."""
    deadline, quiet = time.monotonic() + WARM_S, 0
    while quiet < 3 and time.monotonic() < deadline:
        before = served.cpu_seconds() or 0.0
        await asyncio.sleep(1)
        quiet = quiet + 1 if (served.cpu_seconds() or 0.0) - before < 0.15 else 0


def quantile(values: Sequence[float], q: float) -> float:
    """Return the value below which a share `q` lies."""
    return sorted(values)[min(len(values) - 1, round(q * (len(values) - 1)))] if values else 0.0


def report(told: Told, spent: float, tabs: int, seconds: float) -> list[str]:
    """Return the table; each line ends with the budget, where there is one."""
    # ticks of the last moment may still be open
    missed = max(0, told.planned - told.answered - tabs)
    ticks = max(1, told.answered)
    return [
        f"{tabs} tabs, {seconds:.0f} s: {told.answered} ticks answered, {told.others} other runs",
        f"missed ticks                {missed:8d}      budget 0",
        f"gap between updates, p50    {quantile(told.gaps, 0.5):8.0f} ms",
        f"gap between updates, p95    {quantile(told.gaps, 0.95):8.0f} ms   budget 1500",
        f"from plan to answer, p95    {quantile(told.late, 0.95):8.0f} ms",
        f"bytes a tick, mean / max    {statistics.fmean(told.sizes or [0]):8.0f} / "
        f"{max(told.sizes, default=0)}   budget 20000",
        f"server CPU a tick           {1000 * spent / ticks:8.1f} ms   budget 8",
        f"errors                      {len(told.errors):8d}      budget 0",
        *sorted(set(told.errors))[:3],
    ]


def main(arguments: Sequence[str] = ()) -> None:
    """Start a server and a run in a folder of their own, watch, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--tabs", type=int, default=TABS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args(arguments)
    with own_folder(), fresh_server("app.py") as served:
        served.wait()
        run = start_run(2 * asked.seconds + 60)
        told, spent = asyncio.run(measure(served, run, asked.tabs, asked.seconds))
        _end(run)
    print("\n".join(report(told, spent, asked.tabs, asked.seconds)))


def _end(run: str) -> None:
    from viz_models.records import ENDED
    from viz_models.runs import client

    client.store().cancel(None, run)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(r.state in ENDED for r in client.experiment(run).runs):
            return
        time.sleep(0.2)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
