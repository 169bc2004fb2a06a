"""How long people wait for the lessons: a control moved there and back.

The way there asks for what nobody has asked before, the way back for what the server remembers.
Each is a ratio to a page with one slider and one chart, measured a moment before.
"""

import re
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
NEW, SEEN = 2.5, 1.5  # of the floor: first result of new work; all of what was seen before
HEAD = (
    "median",
    "first painted ms",
    "all painted ms",
    "floor ms",
    "of the floor",
    "budget",
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
    ("dense-memory?layers=4", "layers", Slider("layers")),
    ("squeeze?digit=0", "digit", Slider("digit")),
    ("inception?digit=0", "digit", Slider("digit")),
    ("captions?scene=0", "scene", Slider("scene")),
    ("boxes?scene=0", "scene", Slider("scene")),
    ("descend", "rate", Slider("rate")),
)
FLOOR = Slider("frequency")  # of benchmarks/empty/chart.py


def main() -> None:
    """Print one table."""
    with started_browser() as browser:
        print_table(f"Lessons, Chromium {browser.version}", HEAD, list(_rows(browser)))


def _rows(browser: Browser) -> Iterator[tuple[str, ...]]:
    with (
        fresh_server("benchmarks/empty/chart.py") as empty,
        fresh_server() as server,
        _opened(browser, empty, "") as floor,
    ):
        server.wait()
        time.sleep(2.5 * IMPORTING)
        for lesson, name, control in CONTROLS:
            yield from _of(browser, server, lesson, f"{lesson}: {name}", control, floor)


@contextmanager
def _opened(browser: Browser, server: Served, path: str) -> Iterator[Watcher]:
    server.wait()
    with window(browser) as watcher:
        began = time.time()
        watcher.page.goto(f"{server.url}/{path}")
        watcher.seen(began, until=ANY)
        yield watcher


def _of(
    browser: Browser,
    server: Served,
    lesson: str,
    name: str,
    control: Slider | Select | Chips,
    floor: Watcher,
) -> Iterator[tuple[str, ...]]:
    for _ in _moved(floor, FLOOR, THERE):  # leaves the slider where BACK begins
        pass
    empty = statistics.median(s.last(but=FRAME) for s in _moved(floor, FLOOR, BACK))
    for _ in _moved(floor, FLOOR, tuple(reversed(THERE))):
        pass
    with _opened(browser, server, lesson) as watcher:
        for way, places, budget in (("new", THERE, NEW), ("seen before", BACK, SEEN)):
            before = server.cpu_seconds()
            seen = list(_moved(watcher, control, places))
            cpu = _cpu(server, before, len(seen))
            yield _row(f"{name}, {way}", seen, budget, empty, cpu)


def _moved(
    watcher: Watcher, control: Slider | Select | Chips, places: Sequence[int]
) -> Iterator[Seen]:
    for at, to in pairwise(places):
        yield watcher.act(partial(control.move, watcher.page, at, to), ANY)


def _cpu(server: Served, before: float | None, moves: int) -> str:
    after = server.cpu_seconds()
    return "" if before is None or after is None else f"{(after - before) * 1e3 / moves:.0f}"


def _row(name: str, seen: Sequence[Seen], budget: float, floor: float, cpu: str) -> tuple[str, ...]:
    first = statistics.median(s.first(but=FRAME) for s in seen)
    last = statistics.median(s.last(but=FRAME) for s in seen)
    held = first if budget == NEW else last  # of new work the first result counts
    return (
        name,
        f"{first:.0f}",
        f"{last:.0f}",
        f"{floor:.0f}",
        f"{held / floor:.2f}x",
        f"{budget:.1f}x",
        f"{statistics.median(s.server for s in seen):.0f}",
        cpu,
        f"{statistics.median(s.bytes for s in seen) / 1e3:.0f}",
    )


if __name__ == "__main__":
    main()
