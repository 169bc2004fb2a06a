"""How long people wait for the lessons: a control moved there and back.

The way there asks for what nobody has asked before, the way back for what the server remembers.
"""

import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from playwright.sync_api import Browser, Page

from benchmarks.measure import print_table
from benchmarks.pages import IMPORTING, window
from benchmarks.served import Served, fresh_server
from benchmarks.watch import ANY, FRAME, Seen, Watcher, started_browser

THERE = (0, 1, 2)  # places of a control
BACK = (2, 1, 0, 1, 2)
HEAD = (
    "median",
    "first painted ms",
    "all painted ms",
    "budget",
    "all / budget",
    "server ms",
    "server CPU ms",
    "kB (300)",
)


@dataclass(frozen=True, slots=True)
class Slider:
    """Moved by the arrow keys."""

    key: str  # its URL parameter

    def move(self, page: Page, at: int, to: int) -> None:
        """One value up or down."""
        page.locator(f".st-key-{self.key} input[type=range]").press(
            "ArrowRight" if to > at else "ArrowLeft"
        )


@dataclass(frozen=True, slots=True)
class Select:
    """Opened, and one of its options clicked."""

    label: str

    def move(self, page: Page, _: int, to: int) -> None:
        """Choose the option of that place."""
        page.get_by_role("combobox", name=re.compile(re.escape(self.label))).click()
        page.get_by_role("option").nth(to).click()


@dataclass(frozen=True, slots=True)
class Chips:
    """One of them clicked."""

    key: str

    def move(self, page: Page, _: int, to: int) -> None:
        """Choose the chip of that place."""
        page.locator(f".st-key-{self.key}").get_by_role("radio").nth(to).click()


CONTROLS: tuple[tuple[str, str, Slider | Select | Chips], ...] = (
    ("normalize", "norm", Chips("norm")),
    ("batch-size", "batch size", Slider("n")),
    ("batch-size", "size of the maps", Select("Size of the maps")),
    ("train-eval", "step", Slider("step")),
    ("train-eval", "momentum", Slider("momentum")),
    ("sentences", "padding", Slider("padding")),
    ("norm-training", "\u03b5", Select("\u03b5")),
    ("build", "depth 20 and more", Slider("depth")),
    ("window", "how many", Slider("windows")),
    ("scale", "d_k", Slider("d_k")),
    ("memory", "forget bias", Slider("bias")),
    ("memory", "opened input", Slider("at")),
    ("gates", "value that is searched elsewhere", Chips("part")),
    ("gates", "held value", Chips("hold")),
    ("bottleneck", "network", Select("Network")),
    ("masked-words", "network", Chips("net")),
    ("new-task?n=50", "examples", Slider("n")),
    ("bleu?n=1", "longest n-gram", Slider("n")),
)
FLOOR = Slider("frequency")  # of benchmarks/empty/chart.py


def main() -> None:
    """Print one table."""
    with started_browser() as browser:
        print_table(f"Lessons, Chromium {browser.version}", HEAD, list(_rows(browser)))


def _rows(browser: Browser) -> Iterator[tuple[str, ...]]:
    with fresh_server("benchmarks/empty/chart.py") as server:
        server.wait()
        yield from _of(browser, server, "", "one slider, one chart, nothing else", FLOOR)
    with fresh_server() as server:
        server.wait()
        time.sleep(2.5 * IMPORTING)
        for lesson, name, control in CONTROLS:
            yield from _of(browser, server, lesson, f"{lesson}: {name}", control)


def _of(
    browser: Browser, server: Served, lesson: str, name: str, control: Slider | Select | Chips
) -> Iterator[tuple[str, ...]]:
    with window(browser) as watcher:
        began = time.time()
        watcher.page.goto(f"{server.url}/{lesson}")
        watcher.seen(began, until="chart")
        for way, places, budget in (("new", THERE, 500), ("seen before", BACK, 200)):
            before = server.cpu_seconds()
            seen = list(_moved(watcher, control, places))
            cpu = _cpu(server, before, len(seen))
            yield _row(f"{name}, {way}", seen, budget, cpu)


def _moved(
    watcher: Watcher, control: Slider | Select | Chips, places: Sequence[int]
) -> Iterator[Seen]:
    for at, to in pairwise(places):
        yield watcher.act(partial(control.move, watcher.page, at, to), ANY)


def _cpu(server: Served, before: float | None, moves: int) -> str:
    after = server.cpu_seconds()
    return "" if before is None or after is None else f"{(after - before) * 1e3 / moves:.0f}"


def _row(name: str, seen: Sequence[Seen], budget: int, cpu: str) -> tuple[str, ...]:
    first = statistics.median(s.first(but=FRAME) for s in seen)
    last = statistics.median(s.last(but=FRAME) for s in seen)
    held = first if budget == 500 else last  # of new work the first result counts
    return (
        name,
        f"{first:.0f}",
        f"{last:.0f}",
        str(budget),
        f"{held / budget:.2f}x",
        f"{statistics.median(s.server for s in seen):.0f}",
        cpu,
        f"{statistics.median(s.bytes for s in seen) / 1e3:.0f}",
    )


if __name__ == "__main__":
    main()
