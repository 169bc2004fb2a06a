"""The diagram of a forward pass, so that nobody waits for torch: pretrained/recorded/flow.json.

`make record` writes them; a test fails when a recording is no longer what would be computed.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import Provenance, Step, TraceSpec

PATH = FOLDER / "flow.json"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FlowRecording:
    """The diagram of one forward pass: enough to draw it without torch."""

    spec: TraceSpec
    steps: tuple[Step, ...]
    faces: dict[str, np.ndarray]  # step -> (h, w) uint8, or (h, w, 3) for the photo
    schemes: dict[str, Literal["sequential", "diverging", "photo"]]  # step -> how it is colored
    provenance: Provenance


def save(recording: FlowRecording, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> FlowRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(FlowRecording, path)
