"""What the networks of the family tree cost, and how their twins learned.

In pretrained/recorded/: architectures.json and architecture_twins.json. `make record` writes them;
a test fails when they are no longer what the lesson asks for.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.architectures import CostRecord, TwinRecord

PATH = FOLDER / "architectures.json"
TWINS = FOLDER / "architecture_twins.json"


def save(record: CostRecord | TwinRecord, path: Path) -> Path:
    """Write one of the two recordings; returns where."""
    return files.save(record, path)


@cache
def load(path: Path = PATH) -> CostRecord:
    """Read the costs; raises a FileNotFoundError if nothing was recorded."""
    return files.load(CostRecord, path)


@cache
def load_twins(path: Path = TWINS) -> TwinRecord:
    """Read how the twins learned; raises a FileNotFoundError if nothing was recorded."""
    return files.load(TwinRecord, path)
