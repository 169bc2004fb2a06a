"""The recorded grid of what normalization does to training: pretrained/recorded/norm_training.json.

`make record` writes it; a test fails when it is no longer the default grid.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from viz_models.recordings.folder import FOLDER
from viz_models.records import (
    GridCell,
    GridRun,
    NormGrid,
    NormGridSpec,
    PairedDifference,
    Provenance,
)

PATH = FOLDER / "norm_training.json"


def save(grid: NormGrid, path: Path = PATH) -> Path:
    """Write the grid, one run a line; returns where."""
    data = asdict(grid)
    parts = [f"{json.dumps(key)}: {_text(value)}" for key, value in data.items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    return path


@cache
def load(path: Path = PATH) -> NormGrid:
    """Read the grid.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return NormGrid(
        spec=NormGridSpec(**_tuples(data["spec"])),
        runs=tuple(GridRun(**_tuples(r)) for r in data["runs"]),
        cells=tuple(GridCell(**c) for c in data["cells"]),
        differences=tuple(PairedDifference(**d) for d in data["differences"]),
        cpu_seconds=data["cpu_seconds"],
        provenance=Provenance(**data["provenance"]),
    )


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if isinstance(value, tuple | list):
        return "[\n" + ",\n".join(json.dumps(v, allow_nan=False) for v in value) + "\n]"
    return json.dumps(value, allow_nan=False)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; records are hashable."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
