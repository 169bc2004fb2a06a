"""How good the detector is on 500 scenes, and its four wirings: pretrained/recorded/detector.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records.provenance import Provenance
from viz_models.records.vision.detector import Pool, Quality, Wiring

PATH = FOLDER / "detector.json"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DetectorRecording:
    """What takes too long for a first picture."""

    qualities: tuple[Quality, ...]  # one for each way to pool
    wirings: tuple[Wiring, ...]
    provenance: Provenance

    def quality(self, pool: Pool) -> Quality:
        """Of the network with this way to pool."""
        return next(q for q in self.qualities if q.pool == pool)


def save(recording: DetectorRecording, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> DetectorRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(DetectorRecording, path)
