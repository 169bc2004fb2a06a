"""The recorded costs of layers over n tokens: pretrained/recorded/attention_cost.json.

`python -m viz_models record attention_cost` writes it; a test fails when it is no longer what
the page asks for.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from viz_models.recordings import FOLDER
from viz_models.records import CostPoint, CostRun, CostSpec, PathPoint, Provenance, Slope

PATH = FOLDER / "attention_cost.json"


def save(run: CostRun, path: Path = PATH) -> Path:
    """Write a run, one measurement a line; returns where."""
    parts = [f"{json.dumps(key)}: {_text(value)}" for key, value in asdict(run).items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    return path


@cache
def load(path: Path = PATH) -> CostRun:
    """Read a run.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return CostRun(
        spec=CostSpec(**_tuples(data["spec"])),
        points=tuple(CostPoint(**p) for p in data["points"]),
        paths=tuple(PathPoint(**p) for p in data["paths"]),
        slopes=tuple(Slope(**_tuples(s)) for s in data["slopes"]),
        provenance=Provenance(**data["provenance"]),
    )


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if isinstance(value, tuple | list):
        return "[\n" + ",\n".join(json.dumps(v, allow_nan=False) for v in value) + "\n]"
    return json.dumps(value, allow_nan=False)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; records are hashable."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
