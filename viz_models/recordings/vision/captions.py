"""How good the captioners are, and what fine-tuning does: pretrained/recorded/captions.json."""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.vision.captions import CaptionRecord

PATH = FOLDER / "captions.json"


def save(recording: CaptionRecord, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> CaptionRecord:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(CaptionRecord, path)
