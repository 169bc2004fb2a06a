"""The recorded sweep: pretrained/recorded/sweep.json.

`python -m viz_models record sweep` writes it; a test fails when it is no longer the sweep that the
page opens with.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.cards import CardResult

PATH = FOLDER / "sweep.json"


def save(found: CardResult, path: Path = PATH) -> Path:
    """Write what its runs came to; returns where."""
    return files.save(found, path)


@cache
def load(path: Path = PATH) -> CardResult:
    """Read what its runs came to.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(CardResult, path)
