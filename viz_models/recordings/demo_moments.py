"""The demo's training, moment by moment: pretrained/recorded/demo_moments.json.

`python -m viz_models record moments` writes it, from what `train-demo` left in its folder.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.flow.learned import DemoMoments

PATH = FOLDER / "demo_moments.json"


def save(record: DemoMoments, path: Path = PATH) -> Path:
    """Write the record; returns where."""
    return files.save(record, path)


@cache
def load(path: Path = PATH) -> DemoMoments:
    """Read the record.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(DemoMoments, path)
