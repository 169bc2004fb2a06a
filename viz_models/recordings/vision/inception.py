"""How the small GoogLeNet trained with and without its parts; `record inception` writes it."""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.inception import InceptionRecord

PATH = FOLDER / "inception.json"


def save(result: InceptionRecord, path: Path = PATH) -> Path:
    """Write all trainings; returns where."""
    return files.save(result, path)


@cache
def load(path: Path = PATH) -> InceptionRecord:
    """Read all trainings.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(InceptionRecord, path)
