"""The recorded costs of sharing K/V heads: pretrained/recorded/attention_sharing.json.

`make record` writes it; a test fails when it is no longer what the lesson asks for.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from viz_models.recordings.folder import FOLDER
from viz_models.records import (
    CacheGrowth,
    CacheTimes,
    CacheTimesSpec,
    Provenance,
    SharingAccuracy,
    SharingKind,
    WordTimes,
)

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
    data = {name: _plain(getattr(recording, name)) for name in SharingRecording.__slots__}
    lines = ",\n".join(f'"{k}": {json.dumps(v, allow_nan=False)}' for k, v in data.items())
    path.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    return path


@cache
def load(path: Path = PATH) -> SharingRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    times = data["times"]
    spec = {k: _tuple(v) for k, v in times.pop("spec").items()}
    return SharingRecording(
        accuracies=tuple(SharingAccuracy(**_read(a)) for a in data["accuracies"]),
        growth=CacheGrowth(**_read(data["growth"])),
        times=CacheTimes(spec=CacheTimesSpec(**spec), **_read(times)),
        words=WordTimes(**_read(data["words"])),
    )


def _plain(value: object) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    fields: dict[str, Any] = asdict(value)  # type: ignore[call-overload]
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in fields.items()}


def _read(fields: dict[str, Any]) -> dict[str, Any]:
    """Lists of numbers are arrays, but for the few that name heads."""
    read = {k: np.array(v) if isinstance(v, list) else v for k, v in fields.items()}
    if "kv_heads" in read and isinstance(fields["kv_heads"], list):
        read["kv_heads"] = tuple(fields["kv_heads"])
    return read | {"provenance": Provenance(**fields["provenance"])}


def _tuple(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    return tuple(value) if isinstance(value, list) else value
