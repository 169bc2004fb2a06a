"""What lessons on attention recorded: costs over n tokens, and heads over many sentences.

`python -m viz_models record attention_cost` and `attention_heads` write them; tests fail when
they are no longer what the pages ask for.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from viz_models.recordings.folder import FOLDER
from viz_models.records import (
    CostPoint,
    CostRun,
    CostSpec,
    HeadsOverSentences,
    PathPoint,
    Provenance,
    SetCost,
    Slope,
)

COST = FOLDER / "attention_cost.json"
HEADS = FOLDER / "attention_heads.json"


def save(result: CostRun | HeadsOverSentences, path: Path) -> Path:
    """Write a result, one measurement a line; returns where."""
    parts = [f"{json.dumps(key)}: {_text(value)}" for key, value in asdict(result).items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    return path


@cache
def load_cost(path: Path = COST) -> CostRun:
    """Read the costs.

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


@cache
def load_heads(path: Path = HEADS) -> HeadsOverSentences:
    """Read what each head is worth.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return HeadsOverSentences(
        **{name: data[name] for name in ("sentences", "seed", "weights")},
        full=_set_cost(data["full"]),
        alone=tuple(map(_set_cost, data["alone"])),
        provenance=Provenance(**data["provenance"]),
    )


def _set_cost(fields: dict[str, Any]) -> SetCost:
    return SetCost(
        **{**fields, "off": tuple((part, layer, head) for part, layer, head in fields["off"])}
    )


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if isinstance(value, tuple | list):
        return "[\n" + ",\n".join(json.dumps(v, allow_nan=False) for v in value) + "\n]"
    return json.dumps(value, allow_nan=False)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; records are hashable."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
