"""What was measured about squeeze-and-excitation; `record squeeze` writes it."""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.squeeze import SqueezeRecord

PATH = FOLDER / "squeeze.json"


def save(result: SqueezeRecord, path: Path = PATH) -> Path:
    """Write what was measured; returns where."""
    return files.save(result, path)


@cache
def load(path: Path = PATH) -> SqueezeRecord:
    """Read what was measured.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(SqueezeRecord, path)
