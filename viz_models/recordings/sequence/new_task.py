"""How well a small BERT learned a new task: pretrained/recorded/new_task.json.

`python -m viz_models record new_task` writes it; a test fails when it is no longer what the page
asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.sequence.new_task import NewTaskRuns

PATH = FOLDER / "new_task.json"


def save(runs: NewTaskRuns, path: Path = PATH) -> Path:
    """Write the runs; returns where."""
    return files.save(runs, path)


@cache
def load(path: Path = PATH) -> NewTaskRuns:
    """Read the runs.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(NewTaskRuns, path)
