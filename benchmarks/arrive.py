"""Sixty tabs come to a server, within ten seconds: `python -m benchmarks.arrive`.

Each opens a page, and every 4 s another one in the same tab, until all pages were there. With
`--at-once` all sixty ask for the first page in the same moment, of a server that has just started
and has imported nothing yet. Time counts from the planned moment. A page with an exception on it
has failed, and so has one that does not come. What a browser paints is not measured here.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import websockets

from benchmarks.load import quantile
from benchmarks.mixed import Told, finished
from benchmarks.served import Served, fresh_server, own_folder
from benchmarks.visitor import asks, tab, visit
from viz_models.ui.kit import lessons

TABS, SECONDS, RAMP_S, THINK_S = 60, 45.0, 10.0, 4.0
PATIENCE_S = 30.0  # after which a page has failed
WARM_S = 90.0  # for each page, until it has imported what it needs
FIRST_S, LATER_S, COLD_S = 1.0, 0.5, 2.5  # budgets, p95


@dataclass
class Seen:
    """What all tabs saw."""

    first: list[float] = field(default_factory=list)  # s, of the first page of a tab
    later: list[float] = field(default_factory=list)  # s, of the pages after it
    failed: list[str] = field(default_factory=list)


async def come(served: Served, seen: Seen, number: int, due: float, until: float) -> None:
    """Open one page at the planned moment, then others until the end."""
    pages = [path for path in lessons.index() if path not in ("home", "class")]
    took = seen.first
    try:
        async with tab(served, f"198.51.100.{number + 1}") as wire:
            while True:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                page = pages[(number + len(seen.later)) % len(pages)] if until else "home"
                wrong = await _look(wire, page)
                if wrong:
                    seen.failed.append(f"{page}: {wrong}"[:160])
                took.append(time.monotonic() - due)
                took, due = seen.later, max(due + THINK_S, time.monotonic())
                if due > until:
                    return
    except (OSError, websockets.WebSocketException) as error:
        seen.failed.append(f"a tab was closed: {error}"[:120])


async def _look(wire: websockets.ClientConnection, page: str) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await wire.send(asks(page))
            return await finished(wire, Told())
    except TimeoutError:
        return f"not there after {PATIENCE_S:.0f} s"


async def warm(served: Served) -> None:
    """Let all pages import what they need."""
    for path in lessons.index():
        await visit(served, path, WARM_S)


async def one_by_one(served: Served, tabs: int, seconds: float) -> Seen:
    """Let them come within ten seconds."""
    seen, begin = Seen(), time.monotonic()
    until = begin + RAMP_S + seconds
    comes = (come(served, seen, i, begin + RAMP_S * i / tabs, until) for i in range(tabs))
    await asyncio.gather(*comes)
    return seen


async def at_once(served: Served, tabs: int) -> Seen:
    """Let all ask for the home page in the same moment."""
    seen, now = Seen(), time.monotonic()
    await asyncio.gather(*(come(served, seen, i, now, 0.0) for i in range(tabs)))
    return seen


def has_torch(served: Served) -> bool:
    """Whether a server has loaded torch by now; False where there is no /proc."""
    maps = Path(f"/proc/{served.pid}/maps")
    return maps.exists() and "libtorch_python" in maps.read_text()


def report(seen: Seen, budget: float, spent: float) -> tuple[bool, list[str]]:
    """Return whether all budgets were kept, and the table.

    Args:
        seen: By all tabs.
        budget: Of the first page of a tab, in s.
        spent: CPU seconds of the server meanwhile; what the machine's other work does not change.
    """
    lines = [f"{'':24}{'pages':>7}{'p50':>9}{'p95':>9}"]
    held = not seen.failed
    kinds = (("first page of a tab", seen.first, budget), ("pages after it", seen.later, LATER_S))
    for name, took, most in kinds:
        if took:
            p50, p95 = quantile(took, 0.5), quantile(took, 0.95)
            lines.append(f"{name:24}{len(took):7}{p50:7.2f} s{p95:7.2f} s   budget {most} s")
            held &= p95 <= most
    lines.append(f"{'failed':24}{len(seen.failed):7}{'':20}   budget 0")
    pages = max(1, len(seen.first) + len(seen.later))
    lines.append(f"server CPU a page {1000 * spent / pages:.0f} ms; {load()}")
    return held, [*lines, *sorted(set(seen.failed))[:5]]


def load() -> str:
    """Return how busy the machine is, where it says so."""
    return f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores" if os.name == "posix" else ""


def main(arguments: Sequence[str] = ()) -> int:
    """Start a hosted server in a folder of its own, let tabs come, print; 1 over a budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arrive")
    parser.add_argument("--tabs", type=int, default=TABS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--at-once", action="store_true")
    options = parser.parse_args(arguments)
    with own_folder(hosted=True), fresh_server("app.py") as served:
        served.wait()
        if not options.at_once:
            asyncio.run(warm(served))
        before = served.cpu_seconds() or 0.0
        if options.at_once:
            seen = asyncio.run(at_once(served, options.tabs))
        else:
            seen = asyncio.run(one_by_one(served, options.tabs, options.seconds))
        spent = (served.cpu_seconds() or 0.0) - before
        held, lines = report(seen, COLD_S if options.at_once else FIRST_S, spent)
        if options.at_once:
            meanwhile = "yes" if has_torch(served) else "no"
            lines.append(f"torch was imported before all pages were there: {meanwhile}")
    print("\n".join((f"{options.tabs} tabs, {THINK_S:.0f} s between two pages", *lines)))
    return int(not held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
