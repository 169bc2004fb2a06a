"""How long people wait for the pages: a real server, a real Chromium, as ratios to peers.

A peer is measured in the same run: an empty Streamlit page, the import of torch, or a page with one
slider and one chart. The clock starts at the press of a key, or when the visit or the server's
process begins; a part of the page counts once the frame that shows it has been painted. Nothing is
throttled.
"""

import datetime
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.measure import print_table
from benchmarks.replay import replay
from benchmarks.served import Served, fresh_server
from benchmarks.watch import Seen, Watcher, started_browser

VISITS = 3  # of fresh servers
STEPS = 69  # after the input
SEEDS = 7  # as many traces are kept
IMPORTING = 6.5  # s after its start, a server that nobody visited is importing torch
CHART = "benchmarks/empty/chart.py"  # one slider, one chart
STEPS_OF_FLOOR = 6  # there and back; the first two are to warm up
EMPTY = str(Path(__file__).with_name("empty") / "page.py")  # a title and nothing else
READOUT = "This step"  # the card with shape, statistics and cost
STAGE = ("diagram", "question", "cropped", "What was done", "frame")  # all but the chosen step
HEAD = ("", "p50", "p95", "max", "of the peer", "budget", "server CPU ms", "n", "load")
PAYLOAD = 300  # kB


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    values: Sequence[float]
    peer: float | None = None  # what p50 is compared with
    budget: float | None = None  # as a multiple of the peer
    unit: str = "ms"
    cpu: float | None = None  # ms of the server for one of them
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def cells(self) -> tuple[str, ...]:
        """Return the line, ready to print."""
        p50 = statistics.median(self.values)
        return (
            f"{self.name}, {self.unit}",
            f"{p50:.0f}",
            f"{percentile(self.values, 95):.0f}",
            f"{max(self.values):.0f}",
            f"{p50 / self.peer:.2f}x" if self.peer else "",
            f"{self.budget:.1f}x" if self.budget else "",
            "" if self.cpu is None else f"{self.cpu:.0f}",
            str(len(self.values)),
            f"{self.load:.1f}",
        )


def main() -> None:
    """Print one table."""
    with started_browser() as browser:
        when = f"{datetime.datetime.now().astimezone():%Y-%m-%d}, {platform.machine()}"
        for title, measured in (("First visits", first_visits), ("Clicks", interactions)):
            cells = [row.cells() for row in measured(browser)]
            print_table(f"{title}, Chromium {browser.version}, {when}", HEAD, cells)


def first_visits(browser: Browser) -> Iterator[Row]:
    """Yield the home page and a deep link, with a server just started or importing torch."""
    bare = [_start(browser, EMPTY, "question") for _ in range(VISITS)]
    empty = statistics.median(bare)
    yield Row("an empty Streamlit page", bare)
    home = [_start(browser, "app.py", "diagram") for _ in range(VISITS)]
    yield Row("streamlit run to painted home page", home, empty, 1.3)
    imported = [_import() for _ in range(VISITS)]
    torch = statistics.median(imported)
    yield Row("import torch, torchvision alone", imported)
    for when, after in (("just started", 0.0), ("importing torch", IMPORTING)):
        seen = [_deep_link(browser, after) for _ in range(VISITS)]
        name = f"deep link, server {when}"
        yield Row(f"{name}: question", [s.first("question") for s in seen], empty, 1.3)
        yield Row(f"{name}: finished, beside the import", [s.last() for s in seen], torch)


def interactions(browser: Browser) -> Iterator[Row]:
    """Walk through all steps and several weights, twice: with new work, and with work cached.

    The server's part is timed by sending it the same messages again without the browser, which
    would keep the processor busy meanwhile.
    """
    floor = floor_of(browser)
    yield Row("one slider, one chart, nothing else", floor)
    peer = statistics.median(floor)
    with fresh_server() as server:
        server.wait()
        time.sleep(2.5 * IMPORTING)
        with window(browser) as watcher:
            _open(watcher, f"{server.url}/flow?step=input")
            watcher.page.locator("[data-testid=flow] .stage").focus()
            payload: list[float] = []
            for seen_before in (False, True):
                if seen_before:
                    _key(watcher, "Home")
                steps = [_key(watcher, "ArrowRight") for _ in range(STEPS)]
                payload += [s.bytes / 1e3 for s in steps]
                yield from _rows("another step", steps, peer, seen_before)
            requests = list(watcher.wire.sent)
            for seen_before in (False, True):
                seeds = [_weights(watcher, i + 1) for i in range(SEEDS)]
                yield from _rows("other weights", seeds, peer, seen_before)
            yield Row("payload of another step", payload, PAYLOAD, 1.0, "kB")
        yield _server(server, requests)


def floor_of(browser: Browser) -> list[float]:
    """Milliseconds until the chart of a page with one slider is painted anew."""
    with fresh_server(CHART) as server, window(browser) as watcher:
        server.wait()
        began = time.time()
        watcher.page.goto(server.url)
        watcher.seen(began, until="chart")
        slider = watcher.page.locator(".st-key-frequency input[type=range]")
        keys = ["ArrowRight", "ArrowLeft"] * STEPS_OF_FLOOR
        return [watcher.act(partial(slider.press, key), "chart").last() for key in keys][2:]


def _rows(name: str, seen: Sequence[Seen], peer: float, seen_before: bool) -> Iterator[Row]:
    cards = [s.last(but=STAGE) for s in seen]
    if seen_before:
        yield Row(f"{name}, cached: all cards painted", cards, peer, 1.5)
    else:
        first = [s.first(but=STAGE) for s in seen]
        yield Row(f"{name}, new work: first card painted", first, peer, 2.5)
        yield Row(f"{name}, new work: all cards painted", cards, peer)


def _server(server: Served, requests: Sequence[bytes]) -> Row:
    """Of the second walk; the first message opens the page."""
    before = server.cpu_seconds()
    clicks = list(replay(server.url, [requests[0], *requests[-STEPS:]]))[1:]
    after = server.cpu_seconds()
    cpu = None if before is None or after is None else (after - before) * 1e3 / len(clicks)
    return Row("another step, cached: server", clicks, cpu=cpu)


def _start(browser: Browser, script: str, part: str) -> float:
    """From the start of the server's process to a part of its first page."""
    with fresh_server(script) as server, window(browser) as watcher:
        server.wait()
        watcher.page.goto(server.url)
        return watcher.seen(server.started, until=part).first(part)


def _import() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, torchvision"], check=True)
    return (time.perf_counter() - began) * 1e3


def _deep_link(browser: Browser, after: float) -> Seen:
    with fresh_server() as server, window(browser) as watcher:
        server.wait()
        time.sleep(max(0.0, server.started + after - time.time()))
        return _open(watcher, f"{server.url}/flow?step=layer3.0.add")


def _open(watcher: Watcher, address: str) -> Seen:
    began = time.time()
    watcher.page.goto(address)
    return watcher.seen(began, until=READOUT)


def _key(watcher: Watcher, key: str) -> Seen:
    return watcher.act(lambda: watcher.page.keyboard.press(key), READOUT)


def _weights(watcher: Watcher, seed: int) -> Seen:
    page = watcher.page
    page.get_by_role("combobox", name="Weights").click()
    option = page.get_by_role("option", name=f"random, seed {seed}", exact=True)
    return watcher.act(option.click, READOUT)


@contextmanager
def window(browser: Browser) -> Iterator[Watcher]:
    """Yield a window with an empty cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        yield Watcher(context.new_page())
    finally:
        context.close()


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many percent of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


if __name__ == "__main__":
    main()
