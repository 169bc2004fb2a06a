"""The picture of the lesson on axes, for the home page: pretrained/recorded/norm_axes.json.

`make record` writes it; a test fails when it is no longer what the lesson opens with.
"""

import base64
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

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
    data = {
        "source": asdict(recording.source),
        "provenance": asdict(recording.provenance),
        "values": text(recording.values),
        "photos": text(recording.photos),
    }
    path.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@cache
def load(path: Path = PATH) -> AxesRecording:
    """Read the recording.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    source: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in data["source"].items()
    }
    return AxesRecording(
        source=SourceSpec(**source),
        values=array(data["values"]),
        photos=array(data["photos"]),
        provenance=Provenance(**data["provenance"]),
    )


def text(values: np.ndarray) -> list[Any]:
    """An array as JSON: dtype, shape and bytes."""
    raw = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return [values.dtype.str, list(values.shape), raw]


def array(parts: list[Any]) -> np.ndarray:
    """The array that `text` wrote; read-only."""
    dtype, shape, raw = parts
    return np.frombuffer(base64.b64decode(raw), dtype).reshape(shape)
