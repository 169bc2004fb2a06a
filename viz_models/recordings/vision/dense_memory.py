"""What the lesson on the memory of dense blocks opens with; `record dense_memory` writes it."""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.dense_memory import DenseRecord

PATH = FOLDER / "dense_memory.json"


def save(result: DenseRecord, path: Path = PATH) -> Path:
    """Write what was measured; returns where."""
    return files.save(result, path)


@cache
def load(path: Path = PATH) -> DenseRecord:
    """Read what was measured.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(DenseRecord, path)
