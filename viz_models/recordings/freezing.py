"""The recorded grid of what fine-tuning moves: pretrained/recorded/freezing.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.freezing import FreezeGrid

PATH = FOLDER / "freezing.json"


def save(grid: FreezeGrid, path: Path = PATH) -> Path:
    """Write the grid; returns where."""
    return files.save(grid, path)


@cache
def load(path: Path = PATH) -> FreezeGrid:
    """Read the grid.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(FreezeGrid, path)
