"""How long people wait at the foot of the flow page, and for each other."""

import statistics
import sys
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from benchmarks.measure import print_table
from benchmarks.pages import HEAD, IMPORTING, READOUT, STAGE, Row, floor_of, window
from benchmarks.served import Served, fresh_server
from benchmarks.watch import Seen, Watcher, started_browser

CLASSES = ("ship", "horse", "truck", "deer", "bird", "frog")
MOMENTS = (4, 9, 2, 7, 5, 10)
CLICKS = 20
PHOTO, MAPS = "photo", "learned_maps"  # names of tiles


def main() -> None:
    """Print one table."""
    with started_browser() as browser:
        floor = floor_of(browser)
        peer = statistics.median(floor)
        rows = [Row("one slider, one chart, nothing else", floor)]
        with fresh_server() as server:
            server.wait()
            time.sleep(2.5 * IMPORTING)
            rows += [*foot(browser, server, peer), *clicks(browser, server, peer)]
        title = f"Why, when, and beside others, Chromium {browser.version}"
        print_table(title, HEAD, [row.cells() for row in rows])


def foot(browser: Browser, server: Served, peer: float) -> Iterator[Row]:
    """Another class to explain, and another moment of the training."""
    with window(browser) as watcher:
        _open(watcher, f"{server.url}/flow?step=conv1", "Why this class?")
        seen = [_explained(watcher, name) for name in CLASSES]
        yield Row("Grad-CAM of another class: painted", [s.first(PHOTO) for s in seen], peer, 2.5)
    with window(browser) as watcher:
        _open(watcher, f"{server.url}/flow?step=layer1.0.relu_1", "While it learned")
        for when in ("first time", "again"):
            seen = [_moved(watcher, place) for place in MOMENTS]
            yield Row(f"another moment, {when}: painted", [s.last(MAPS) for s in seen], peer, 1.5)


def clicks(browser: Browser, server: Served, peer: float) -> Iterator[Row]:
    """Another step with new work, alone and while somebody else's occlusion is computed."""
    with window(browser) as other:
        for when, seed in (("alone", 1), ("beside an occlusion", 2)):
            if seed == 2:
                _open(other, f"{server.url}/flow?why=occlusion&beside=occlusion", "Why this class?")
                other.page.get_by_role("button", name="Stop").wait_for()
            with window(browser) as watcher:
                began = time.time()
                watcher.page.goto(f"{server.url}/flow?step=input&weights=random,+seed+{seed}")
                watcher.seen(began, until=READOUT)
                watcher.page.locator("[data-testid=flow] .stage").focus()
                seen = [_step(watcher) for _ in range(CLICKS)]
            first = [s.first(but=STAGE) for s in seen]
            yield Row(f"another step {when}: first card painted", first, peer, 2.5)
        if not other.page.get_by_role("button", name="Stop").count():
            sys.exit("the occlusion was over before the clicks were")


def _open(watcher: Watcher, address: str, heading: str) -> None:
    """Open a page and wait until a part far below is there."""
    began = time.time()
    watcher.page.goto(address)
    watcher.seen(began, until=READOUT)
    for _ in range(2):  # what stands above grows when it comes into sight
        title = watcher.page.get_by_role("heading", name=heading)
        title.evaluate("e => e.scrollIntoView({block: 'start'})")
        _settle(watcher.page)


def _settle(page: Page) -> None:
    page.wait_for_timeout(300)
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(300)


def _explained(watcher: Watcher, name: str) -> Seen:
    page = watcher.page
    page.get_by_label("Class", exact=True).click()
    page.get_by_label("Class", exact=True).fill(name)
    return watcher.act(page.get_by_role("option", name=name, exact=True).click, PHOTO)


def _moved(watcher: Watcher, place: int) -> Seen:
    stop = watcher.page.locator(".scrubber").get_by_role("option").nth(place)
    return watcher.act(stop.click, MAPS)


def _step(watcher: Watcher) -> Seen:
    return watcher.act(lambda: watcher.page.keyboard.press("ArrowRight"), READOUT)


if __name__ == "__main__":
    main()
