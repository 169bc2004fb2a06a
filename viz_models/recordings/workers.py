"""The recorded run of DistributedDataParallel: pretrained/recorded/workers.json.

`python -m viz_models record workers` writes it.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.train.workers import DdpRun

PATH = FOLDER / "workers.json"


def save(found: DdpRun, path: Path = PATH) -> Path:
    """Write the run; returns where."""
    return files.save(found, path)


@cache
def load(path: Path = PATH) -> DdpRun:
    """Read the run.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(DdpRun, path)
