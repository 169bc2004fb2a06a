"""The recorded runs of the question cards: pretrained/recorded/train_cards.json.

`make record` writes them; a test fails when a recorded experiment is no longer its card's.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from viz_models.recordings.folder import FOLDER
from viz_models.records.provenance import Provenance
from viz_models.records.train_cards import CardResult, Mark, Outcome
from viz_models.records.training import ExperimentSpec

PATH = FOLDER / "train_cards.json"
_COLUMNS = ("step", "samples", "seconds", "loss", "accuracy")


def written(spec: ExperimentSpec) -> str:
    """An experiment as JSON: the same text for the same runs."""
    return json.dumps(asdict(spec), separators=(",", ":"))


def save(results: Iterable[CardResult], path: Path = PATH) -> Path:
    """Write the results, one run a line; returns where."""
    cards = ",\n".join(f"{json.dumps(r.card)}: {_text(r)}" for r in results)
    path.write_text("{\n" + cards + "\n}\n", encoding="utf-8")
    return path


def _text(result: CardResult) -> str:
    head = {
        "spec": json.loads(result.spec),
        "cpu_seconds": result.cpu_seconds,
        "provenance": asdict(result.provenance),
    }
    lines = ",\n".join(_compact(_plain(o)) for o in result.outcomes)
    return _compact(head)[:-1] + ',"outcomes":[\n' + lines + "\n]}"


def _compact(value: Any) -> str:  # noqa: ANN401 (any JSON)
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _plain(outcome: Outcome) -> dict[str, Any]:
    """Fields that say nothing are left out, curves are columns."""
    columns = {
        name: {c: [getattr(m, c) for m in getattr(outcome, name)] for c in _COLUMNS}
        for name in ("training", "tests")
    }
    plain = {n: v for n, v in asdict(outcome).items() if v is not None and v != ()}
    return plain | columns


@cache
def load(path: Path = PATH) -> dict[str, CardResult]:
    """Card id -> its result.

    Raises:
        FileNotFoundError: If nothing was recorded.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return {card: _result(card, parts) for card, parts in data.items()}


def _result(card: str, data: dict[str, Any]) -> CardResult:
    return CardResult(
        card=card,
        spec=json.dumps(data["spec"], separators=(",", ":")),
        outcomes=tuple(_outcome(o) for o in data["outcomes"]),
        cpu_seconds=data["cpu_seconds"],
        provenance=Provenance(**data["provenance"]),
    )


def _outcome(data: dict[str, Any]) -> Outcome:
    curves = {n: _marks(data.pop(n)) for n in ("training", "tests")}
    confusion = tuple(tuple(row) for row in data.pop("confusion", ()))
    return Outcome(**data, **curves, confusion=confusion)


def _marks(columns: dict[str, list[float]]) -> tuple[Mark, ...]:
    rows = zip(*(columns[c] for c in _COLUMNS), strict=True)
    return tuple(Mark(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)
