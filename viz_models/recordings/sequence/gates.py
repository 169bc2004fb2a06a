"""The recorded gates of both LSTM translators: pretrained/recorded/gates.json.

`make record` writes it; a test fails when it is no longer what the shipped networks do.
"""

from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.sequence.gates import GatesOverSentences

PATH = FOLDER / "gates.json"


def save(found: GatesOverSentences, path: Path = PATH) -> Path:
    """Write what was measured; returns where."""
    return files.save(found, path)


@cache
def load(path: Path = PATH) -> GatesOverSentences:
    """Read what was measured.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(GatesOverSentences, path)
