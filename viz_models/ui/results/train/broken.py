"""Results for the lesson on broken training: recorded, or run here with progress."""

import time
from collections.abc import Callable

from viz_models.recordings.broken import load
from viz_models.records.train.broken import BrokenRun, BrokenRuns, BrokenSpec
from viz_models.ui.kit import cache, turns
from viz_models.ui.kit.sizes import held_bytes

SECONDS_BETWEEN_TICKS = 0.25  # of a progress bar: each costs a message to the browser


def recorded() -> BrokenRuns:
    """Return every fault, and no fault, with five seeds."""
    return load()


def run(spec: BrokenSpec, progress: Callable[[float], None]) -> BrokenRun:
    """Return a run from the store, or run it now.

    Args:
        spec: What is run.
        progress: Told how much is done, 0..1; it may raise to stop.
    """
    from viz_models.training import broken

    return cache.remembered(spec, lambda: broken.run(spec, _seldom(progress)), held_bytes)


def _seldom(progress: Callable[[float], None]) -> Callable[[int, int], None]:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_TICKS:
            last = now
            progress(done / total)
            turns.TURNS.give_way()

    return tell
