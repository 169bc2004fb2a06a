"""Results for the lesson on broken training: recorded, or run here with progress."""

from collections.abc import Callable

from viz_models.recordings.broken import load
from viz_models.records.train.broken import BrokenRun, BrokenRuns, BrokenSpec
from viz_models.ui.kit import cache, turns
from viz_models.ui.kit.sizes import held_bytes


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

    return cache.remembered(spec, lambda: broken.run(spec, turns.seldom(progress)), held_bytes)
