"""The recorded costs of sharing K/V heads: pretrained/recorded/attention_sharing.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from viz_models.recordings import files
from viz_models.recordings.folder import FOLDER
from viz_models.records import CacheGrowth, CacheTimes, SharingAccuracy, SharingKind, WordTimes

PATH = FOLDER / "attention_sharing.json"
SENTENCES = 500  # with a held-out pairing each
SEED = 77  # of these sentences; no training run draws its own with it


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SharingRecording:
    """What every way of sharing keeps right, what it holds, and how long a word takes."""

    accuracies: tuple[SharingAccuracy, ...]
    growth: CacheGrowth
    times: CacheTimes
    words: WordTimes

    def accuracy(self, kind: SharingKind, kv_heads: int) -> SharingAccuracy:
        """Of one version; the trained network has a K/V head for every query head."""
        heads = 4 if kind == "trained" else kv_heads
        return next(a for a in self.accuracies if (a.kind, a.kv_heads) == (kind, heads))


def save(recording: SharingRecording, path: Path = PATH) -> Path:
    """Write the recording; returns where."""
    return files.save(recording, path)


@cache
def load(path: Path = PATH) -> SharingRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    return files.load(SharingRecording, path)
