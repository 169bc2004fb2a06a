"""The recorded grid of regularization on 200 digits: pretrained/recorded/regularization.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.regularization import RegularizedGrid

PATH = FOLDER / "regularization.json"


def save(grid: RegularizedGrid, path: Path = PATH) -> Path:
    """Write the grid; returns where."""
    return files.save(grid, path)


@cache
def load(path: Path = PATH) -> RegularizedGrid:
    """Read the grid.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(RegularizedGrid, path)
