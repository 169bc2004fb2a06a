"""Two thumbnails of the home page, from real output: pretrained/recorded/home.json.

`make record` writes it; a test fails when it is no longer what the lessons compute.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import Provenance

PATH = FOLDER / "home.json"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HomeRecording:
    """Who sees whom in a grouped network, and the cross-attention of a translator."""

    groups: int  # of the convolutions
    apart: np.ndarray  # (outputs, inputs) float32, >= 0, through two blocks
    shuffled: np.ndarray  # the same with the channels shuffled between them
    weights: np.ndarray  # (heads, T, S) float32, each row sums to 1
    queries: tuple[str, ...]  # T words that are written
    keys: tuple[str, ...]  # S words that are read
    provenance: Provenance


def save(recording: HomeRecording, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> HomeRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(HomeRecording, path)
