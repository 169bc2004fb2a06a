"""Step records as short JSON lines, and back."""

import json
from dataclasses import fields
from typing import Any

from viz_models.records.train.experiments import Evaluation, StepRecord, Wrong

# in this order, to save the names in every line
_VALUES = ("step", "samples", "loss", "accuracy", "lr", "gradient_norm", "seconds", "memory")


def to_text(records: list[StepRecord]) -> str:
    """One chunk; moments are left out (`files.save_moment` keeps those)."""
    return json.dumps([_row(r) for r in records], separators=(",", ":"))


def from_text(text: str) -> tuple[StepRecord, ...]:
    """Return the records of one chunk; none where it cannot be read."""
    try:
        return tuple(_record(row) for row in json.loads(text))
    except (ValueError, TypeError, KeyError, IndexError):
        return ()


def _row(record: StepRecord) -> list[Any]:
    row: list[Any] = [getattr(record, name) for name in _VALUES]
    if record.state != "running" or record.evaluation:
        row.append(record.state)
    if record.evaluation:
        worst = [_flat(wrong) for wrong in record.evaluation.worst]
        row.append(_flat(record.evaluation) | {"worst": worst})
    return row


def _flat(what: Evaluation | Wrong) -> dict[str, Any]:
    """Its fields by name; `asdict` copies every number on the way."""
    return {field.name: getattr(what, field.name) for field in fields(what)}


def _record(row: list[Any]) -> StepRecord:
    return StepRecord(
        **dict(zip(_VALUES, row, strict=False)),
        state=row[len(_VALUES)] if len(row) > len(_VALUES) else "running",
        evaluation=_evaluation(row[-1]) if isinstance(row[-1], dict) else None,
    )


def _evaluation(values: dict[str, Any]) -> Evaluation:
    whole: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    whole["confusion"] = tuple(tuple(row) for row in values["confusion"])
    whole["worst"] = tuple(Wrong(**w) for w in values["worst"])
    return Evaluation(**whole)
