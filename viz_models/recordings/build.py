"""The recorded loss surfaces: pretrained/recorded/loss_surface.json.

`make record` writes them; a test fails when they are no longer those of the default spec.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from viz_models.recordings.folder import FOLDER
from viz_models.records import Provenance
from viz_models.records.build_surface import Surface, Surfaces, SurfaceSpec

PATH = FOLDER / "loss_surface.json"
DIGITS = 6  # significant, of a recorded loss


def save(surfaces: Surfaces, path: Path = PATH) -> Path:
    """Write both surfaces; returns where."""
    data = {
        "spec": asdict(surfaces.spec),
        "provenance": asdict(surfaces.provenance),
        "cpu_seconds": surfaces.cpu_seconds,
        "plain": _net(surfaces.plain),
        "skips": _net(surfaces.skips),
    }
    path.write_text(json.dumps(data, allow_nan=False) + "\n", encoding="utf-8")
    return path


@cache
def load(path: Path = PATH) -> Surfaces:
    """Read the surfaces.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return Surfaces(
        spec=SurfaceSpec(**data["spec"]),
        plain=_surface(data["plain"]),
        skips=_surface(data["skips"]),
        cpu_seconds=data["cpu_seconds"],
        provenance=Provenance(**data["provenance"]),
    )


def _net(surface: Surface) -> dict[str, Any]:
    return {
        "before": [_numbers(row) for row in surface.before],
        "after": [_numbers(row) for row in surface.after],
        "training": _numbers(surface.training),
        "accuracy": surface.accuracy,
    }


def _numbers(values: np.ndarray) -> list[float | None]:
    """JSON has no nan."""
    return [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else None for v in values]


def _surface(data: dict[str, Any]) -> Surface:
    arrays = {k: np.array(data[k], dtype=np.float64) for k in ("before", "after", "training")}
    return Surface(accuracy=data["accuracy"], **arrays)
