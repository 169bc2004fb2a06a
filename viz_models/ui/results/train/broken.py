"""Results for the lesson on broken training: the recorded runs."""

from viz_models.recordings.broken import load
from viz_models.records.train.broken import BrokenRuns
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> BrokenRuns:
    """Return every fault, and no fault, with five seeds."""
    return load()
