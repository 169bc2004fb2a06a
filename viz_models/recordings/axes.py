"""The picture of the lesson on axes, for the home page: pretrained/recorded/norm_axes.json.

`make record` writes it; a test fails when it is no longer what the lesson opens with.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import Provenance, SourceSpec

PATH = FOLDER / "norm_axes.json"
LESSON = SourceSpec(channels=8, side=8)  # what the lesson opens with


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AxesRecording:
    """One activation of a batch of photos."""

    source: SourceSpec
    values: np.ndarray  # (N, C, H, W) float32
    photos: np.ndarray  # (N, side, side, 3) uint8, as the network gets them
    provenance: Provenance


def save(recording: AxesRecording, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> AxesRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(AxesRecording, path)
