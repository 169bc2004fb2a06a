"""`record dense_memory` and `record fast`: what these lessons of the chapter Vision open with."""

from pathlib import Path

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
