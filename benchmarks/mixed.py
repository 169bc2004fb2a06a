"""Sixty people on mixed pages: most look at what is known, some ask for new work, few for much.

`python -m benchmarks.mixed` prints how long each kind took and what those were told who waited for
a turn. A page that opens with what its tab asked for earlier, such as a sentence of one's own,
counts as that was. Time counts from the planned moment, so that a slow server cannot hide behind a
client that waits politely. An exception on a page is a failure, and so is a page that does not come
in time.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, product

import websockets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - a client of its protocol

from benchmarks.load import quantile
from benchmarks.resident import resident
from benchmarks.served import Served, fresh_server, own_folder
from benchmarks.visitor import asks, tab, visit
from viz_models.ui.kit import lessons

PEOPLE, SECONDS, THINK_S = 60, 180.0, 4.0
SHARES = {"known": 0.80, "new": 0.15, "heavy": 0.05}
PATIENCE_S = {"known": 10.0, "new": 20.0, "heavy": 120.0}  # after which a page has failed
BUDGET_S = 0.5  # p95 of known pages
WARM_S = 90.0  # for each page, until it has imported what it needs
PLACE = re.compile(rb"Others compute just now\. You are (?:next|number \d+ of \d+ who wait)\.")
FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
# A tab keeps what was asked in it: these pages show the reader's own sentence.
SENTENCE = ("attend", "gates", "bottleneck", "memory", "sharing", "decode", "heads", "positions")
WORDS = (("i", "you", "we", "they"), ("love", "see", "find"), ("cats", "dogs", "birds", "flowers"))
RACES = product(
    range(200, 60, -4), ("he", "xavier", "torch", "orthogonal"), ("", "&act=gelu", "&act=silu")
)


@dataclass
class Told:
    """What all people saw of one kind of page."""

    took: list[float] = field(default_factory=list)  # s from the planned moment
    failed: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # what whoever waited was told


@dataclass
class Asked:
    """Pages that nobody has asked for yet, of the kinds that are new."""

    seed: int
    races: Iterator[tuple[int, str, str]] = field(default_factory=lambda: iter(RACES))
    starts: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """Draw the same pages for the same seed."""
        self.draw = random.Random(self.seed)
        self.pages = [path for path in lessons.index() if path not in ("home", "class")]

    def next(self) -> tuple[str, str, str]:
        """Return the kind of the next page, its path and its query."""
        (kind,) = self.draw.choices(list(SHARES), list(SHARES.values()))
        if kind == "known":
            return kind, self.draw.choice(self.pages), ""
        if kind == "new":
            if self.draw.random() < 0.5:
                return kind, "attend", "text=" + "%20".join(self.draw.choice(w) for w in WORDS)
            return kind, "descend", f"steps=30&start={-1 + 0.0007 * next(self.starts):.4f},0.5"
        side, init, act = next(self.races)
        return kind, "build", f"preset=ResNet-18&side={side}&seeds=5%20seeds&init={init}{act}"


class Person:
    """One browser: its own address and one tab, in which one page follows the other."""

    def __init__(self, served: Served, number: int, asked: Asked, told: dict[str, Told]) -> None:
        """Not there yet."""
        self.served, self.asked, self.told = served, asked, told
        self.address = f"198.51.100.{number + 1}"
        self.own: dict[str, str] = {}  # page -> kind, of what this tab has asked for itself

    async def stay(self, until: float) -> None:
        """Open one page after the other, and think in between."""
        due = time.monotonic() + THINK_S * self.asked.draw.random()
        while due < until:
            try:
                async with tab(self.served, self.address) as wire:
                    self.own.clear()
                    while due < until:
                        await asyncio.sleep(max(0.0, due - time.monotonic()))
                        await self._look(wire, due)
                        due = time.monotonic() + THINK_S * self.asked.draw.uniform(0.5, 1.5)
            except (OSError, websockets.WebSocketException) as error:
                self.told["known"].failed.append(f"a tab was closed: {error}"[:120])
                due = time.monotonic() + THINK_S

    async def _look(self, wire: websockets.ClientConnection, due: float) -> None:
        kind, path, query = self.asked.next()
        if query:
            self.own |= dict.fromkeys(SENTENCE if path == "attend" else (path,), kind)
        else:
            kind = self.own.get(path, kind)
        told = self.told[kind]
        try:
            async with asyncio.timeout(PATIENCE_S[kind]):
                await wire.send(asks(path, query))
                wrong = await finished(wire, told)
        except TimeoutError:
            wrong = f"not there after {PATIENCE_S[kind]:.0f} s"
        if wrong:
            told.failed.append(f"{path}?{query}: {wrong}"[:160])
        told.took.append(time.monotonic() - due)


async def finished(wire: websockets.ClientConnection, told: Told) -> str:
    """Hear all of a page; return what went wrong, "" for nothing."""
    wrong = ""
    async for raw in wire:
        if not isinstance(raw, bytes):
            continue
        message = ForwardMsg.FromString(raw)
        if said := PLACE.search(raw):
            told.places.append(said[0].decode())
        if message.delta.new_element.WhichOneof("type") == "exception":
            wrong = message.delta.new_element.exception.message
        if message.WhichOneof("type") == "script_finished" and message.script_finished in FINISHED:
            break
    return wrong


async def measure(served: Served, people: int, seconds: float, seed: int) -> dict[str, Told]:
    """Everybody stays for so long, once all pages have imported what they need."""
    for path in lessons.index():
        await visit(served, path, WARM_S)
    told = {kind: Told() for kind in SHARES}
    asked, until = Asked(seed), time.monotonic() + seconds
    await asyncio.gather(*(Person(served, i, asked, told).stay(until) for i in range(people)))
    return told


def report(told: dict[str, Told]) -> tuple[bool, list[str]]:
    """Return whether all budgets were kept, and the table."""
    lines = [f"{'':8}{'pages':>7}{'failed':>8}{'p50':>9}{'p95':>9}{'told their place':>19}"]
    for kind, seen in told.items():
        p50, p95 = (quantile(seen.took, q) for q in (0.5, 0.95))
        budget = f"   budget {BUDGET_S} s" if kind == "known" else ""
        lines.append(
            f"{kind:8}{len(seen.took):7}{len(seen.failed):8}{p50:7.2f} s{p95:7.2f} s"
            f"{len(seen.places):13} times{budget}"
        )
    failed = [line for seen in told.values() for line in seen.failed]
    last = max((said for seen in told.values() for said in seen.places), key=len, default="nothing")
    lines += [f"those who waited were told, such as: {last}", *sorted(set(failed))[:5]]
    return not failed and quantile(told["known"].took, 0.95) <= BUDGET_S, lines


def main(arguments: Sequence[str] = ()) -> int:
    """Start a hosted server in a folder of its own, let people come, print; 1 over a budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mixed")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with own_folder(hosted=True), fresh_server("app.py") as served:
        served.wait()
        told = asyncio.run(measure(served, options.people, options.seconds, options.seed))
        held, lines = report(told)
        mib = resident(served)
    print(f"{options.people} people, {options.seconds:.0f} s, {THINK_S:.0f} s between two pages")
    print("\n".join(lines))
    print(f"memory of the web process: {mib} MiB")
    return int(not held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
