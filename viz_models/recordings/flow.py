"""The diagram of a forward pass, so that nobody waits for torch: pretrained/recorded/flow.json.

`make record` writes them; a test fails when a recording is no longer what would be computed.
"""

import base64
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from viz_models.recordings.folder import FOLDER
from viz_models.records import (
    ImageRef,
    ModelRef,
    Op,
    Provenance,
    ReceptiveField,
    Step,
    TraceSpec,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FlowRecording:
    """The diagram of one forward pass: enough to draw it without torch."""

    spec: TraceSpec
    steps: tuple[Step, ...]
    faces: dict[str, np.ndarray]  # step -> (h, w) uint8, or (h, w, 3) for the photo
    schemes: dict[
        str, Literal["sequential", "diverging", "photo"]
    ]  # step -> "sequential", "diverging" or "photo"
    provenance: Provenance


def save(recording: FlowRecording, name: str) -> Path:
    """Write a recording; returns where."""
    data = {
        "spec": asdict(recording.spec),
        "provenance": asdict(recording.provenance),
        "steps": [asdict(s) for s in recording.steps],
        "schemes": recording.schemes,
        "faces": {n: [list(a.shape), _text(a)] for n, a in recording.faces.items()},
    }
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@cache
def load(name: str) -> FlowRecording:
    """Read a recording.

    Raises:
        FileNotFoundError: If nothing was recorded under that name.
    """
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return FlowRecording(
        spec=TraceSpec(
            image=ImageRef(**data["spec"]["image"]), model=ModelRef(**data["spec"]["model"])
        ),
        steps=tuple(_step(s) for s in data["steps"]),
        faces={n: _array(*a) for n, a in data["faces"].items()},
        schemes=data["schemes"],
        provenance=Provenance(**data["provenance"]),
    )


def _step(fields: dict[str, Any]) -> Step:
    """JSON knows lists only; a Step is hashable, so they become tuples again."""
    if fields["op"] not in get_args(Op):
        raise ValueError(f"unknown op {fields['op']!r} in a recording; run `make record`")
    known = {k: _tuples(v) for k, v in fields.items() if k != "receptive_field"}
    field = fields["receptive_field"]
    known["receptive_field"] = (
        ReceptiveField(**{k: _tuples(v) for k, v in field.items()}) if field else None
    )
    return Step(**known)


def _tuples(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def _array(shape: list[int], text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)
