"""What the lesson on fast networks opens with; `record fast` writes it."""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.fast import Fast

PATH = FOLDER / "fast.json"


def save(result: Fast, path: Path = PATH) -> Path:
    """Write what was measured; returns where."""
    return files.save(result, path)


@cache
def load(path: Path = PATH) -> Fast:
    """Read what was measured.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(Fast, path)
