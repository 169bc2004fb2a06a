"""`record dense_memory`, `fast`, `detector` and others: what the chapter on vision opens with."""

import sys
from collections.abc import Callable
from pathlib import Path

from viz_models.recipes.commands import record_inception, record_squeeze
from viz_models.recordings.vision import captions, detector
from viz_models.recordings.vision import dense_memory as recordings_dense
from viz_models.recordings.vision import fast as recordings_fast


def write_dense_memory(into: Path) -> Path:
    """Measure the dense blocks, and keep it; returns where."""
    from viz_models.analysis.vision import dense_memory

    return recordings_dense.save(dense_memory.recorded(), into / recordings_dense.PATH.name)


def write_fast(into: Path) -> Path:
    """Time every way, and keep it; returns where."""
    from viz_models.analysis.vision import fast

    return recordings_fast.save(fast.recorded(), into / recordings_fast.PATH.name)


def write_detector(into: Path) -> Path:
    """Measure how good the detector is, and the time of its four wirings; returns where."""
    from viz_models.models.threads import one_thread
    from viz_models.recipes.vision import detector as recipe

    with one_thread():
        measured = recipe.record(_scenes)
    return detector.save(measured, into / detector.PATH.name)


def write_captions(into: Path) -> Path:
    """Measure how good the captioners are, and thirty fine-tunings on new pictures."""
    from viz_models.models.threads import one_thread
    from viz_models.recipes.vision import captions_tune

    with one_thread():
        measured = captions_tune.record(_fine_tunings)
    return captions.save(measured, into / captions.PATH.name)


def _scenes(done: int, total: int) -> None:
    if done == total:
        sys.stderr.write(f"detector: {total} scenes\n")


def _fine_tunings(done: int, total: int) -> None:
    if done % 5 == 0:
        sys.stderr.write(f"captions: {done} of {total} fine-tunings\n")


RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "dense_memory": write_dense_memory,
    "fast": write_fast,
    "detector": write_detector,
    "captions": write_captions,
    "squeeze": record_squeeze.write,
    "inception": record_inception.write,
    "inception_digits": record_inception.write_network,
}
