"""The recorded runs of the lesson on memory: pretrained/recorded/memory.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.sequence.memory import MemoryGrid

PATH = FOLDER / "memory.json"


def save(grid: MemoryGrid, path: Path = PATH) -> Path:
    """Write the runs; returns where."""
    return files.save(grid, path)


@cache
def load(path: Path = PATH) -> MemoryGrid:
    """Read the runs.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(MemoryGrid, path)
