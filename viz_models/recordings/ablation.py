"""Parts of trained networks off one by one: pretrained/recorded/ablation.json.

`python -m viz_models record ablation` writes it, once the demo's weights are there.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.flow.ablation import AblationRecord

PATH = FOLDER / "ablation.json"


def save(record: AblationRecord, path: Path = PATH) -> Path:
    """Write the record; returns where."""
    return files.save(record, path)


@cache
def load(path: Path = PATH) -> AblationRecord:
    """Read the record.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(AblationRecord, path)
