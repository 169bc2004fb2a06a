"""The recorded grid of what normalization does to training: pretrained/recorded/norm_training.json.

`make record` writes it; a test fails when it is no longer the default grid.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import NormGrid

PATH = FOLDER / "norm_training.json"


def save(grid: NormGrid, path: Path = PATH) -> Path:
    """Write the grid; returns where."""
    return files.save(grid, path)


@cache
def load(path: Path = PATH) -> NormGrid:
    """Read the grid.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(NormGrid, path)
