"""`record detector`: how good the detector is on 500 scenes, and the time of its four wirings."""

import sys
from pathlib import Path

from viz_models.recordings.vision import detector as recordings


def write(into: Path) -> Path:
    """Measure with one thread, and keep it; returns where."""
    from viz_models.models.threads import one_thread
    from viz_models.recipes.vision import detector

    with one_thread():
        measured = detector.record(_tell)
    return recordings.save(measured, into / recordings.PATH.name)


def _tell(done: int, total: int) -> None:
    if done == total:
        sys.stderr.write(f"detector: {total} scenes\n")
