"""The recorded runs with one fault each: pretrained/recorded/broken.json.

`make record` writes it.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.broken import BrokenRuns

PATH = FOLDER / "broken.json"


def save(runs: BrokenRuns, path: Path = PATH) -> Path:
    """Write all runs; returns where."""
    return files.save(runs, path)


@cache
def load(path: Path = PATH) -> BrokenRuns:
    """Read all runs.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(BrokenRuns, path)
