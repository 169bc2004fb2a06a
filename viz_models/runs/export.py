"""What people take away of their runs: files that other tools open."""

import csv
import io
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from viz_models.language import gettext as _
from viz_models.records.train.experiments import StepRecord
from viz_models.records.train.runs import Experiment, Run
from viz_models.runs import files, limits
from viz_models.runs.store import NoSuchRunError, Store

Kind = Literal["csv", "jsonl", "tensorboard", "checkpoint", "script"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMNS = (
    "run", "arm", "seed", "step", "samples", "loss", "accuracy", "lr", "gradient_norm",
    "seconds", "memory", "val_loss", "val_accuracy", "val_precision", "val_recall", "val_f1",
    "val_by_class", "val_confusion",
)  # fmt: skip
_STEP, _TEST = COLUMNS[3:11], COLUMNS[11:16]
_BY_CLASS = ("precision", "recall", "f1")
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 40  # characters of an arm's label in the name of a folder
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One file to save."""

    name: str  # made from ids, never from what people typed
    mime: str
    data: bytes


def take(store: Store, id: str, kind: Kind) -> Taken:
    """One file about an experiment, or about one run of it.

    Args:
        store: Where they are.
        id: Of an experiment, or of a run.
        kind: "csv" and "jsonl" have every step; "tensorboard" is a zip of event files;
            "checkpoint" a zip with weights as safetensors; "script" plain PyTorch.

    Raises:
        NoSuchRunError: If there is none.
        ValueError: If it has no such file; the line says why.
    """
    experiment, runs = _found(store, id)
    if kind == "csv":
        return Taken(name=f"{id}.csv", mime="text/csv", data=_csv(store, experiment, runs).encode())
    if kind == "jsonl":
        lines = "".join(f"{line}\n" for run in runs for line in _lines(store, run))
        return Taken(name=f"{id}.jsonl", mime="application/jsonl", data=lines.encode())
    if kind == "script":
        return _scripts(id, runs)
    if kind == "tensorboard":
        parts: Iterable[tuple[str, bytes]] = _tensorboard(store, experiment, runs).items()
    else:
        parts = _checkpoints(store, runs)
    return Taken(name=f"{id}-{kind}.zip", mime="application/zip", data=_zip(parts))


def events(run: Run, record: StepRecord) -> Iterator[dict[str, Any]]:
    """Yield a record as what `--json-lines` prints; a number that is none becomes null."""
    said = {name: _finite(getattr(record, name)) for name in _STEP}
    yield {"event": "step", "run": run.id, **said}
    if record.evaluation:
        yield {"event": "eval", "run": run.id, "step": record.step, **_tested(run, record)}


def evaluation(run: Run, record: StepRecord) -> dict[str, Any] | None:
    """Return the test of a record as plain data, class by class; None where it has none."""
    return _tested(run, record) if record.evaluation else None


def state_event(run: Run) -> dict[str, Any]:
    """How a run stands, as `--json-lines` prints it."""
    said = {"event": "state", "run": run.id, "state": run.state}
    why = {"reason": run.reason} if run.reason else {}
    tested = {"val_accuracy": _finite(run.accuracy)} if run.accuracy is not None else {}
    return {**said, "step": run.step, **why, **tested}


def _tested(run: Run, record: StepRecord) -> dict[str, Any]:
    from viz_models.training.data import sets

    test = record.evaluation
    assert test
    told: dict[str, Any] = {
        "val_loss": _finite(test.loss),
        "val_accuracy": _finite(test.accuracy),
    }
    if not test.confusion:
        return told
    for name in _BY_CLASS:
        told[f"val_{name}"] = _mean(getattr(test, name))
    names = sets.class_names(run.spec.data, len(test.confusion))
    rows = zip(names, *(getattr(test, n) for n in _BY_CLASS), strict=True)
    told["by_class"] = {
        title: dict(zip(_BY_CLASS, map(_finite, values), strict=True)) for title, *values in rows
    }
    told["confusion"] = test.confusion  # [right class][guess]
    return told


def _mean(values: Sequence[float]) -> float | None:
    """Over the classes that have a value."""
    known = [v for v in values if _finite(v) is not None]
    return sum(known) / len(known) if known else None


def _found(store: Store, id: str) -> tuple[Experiment, tuple[Run, ...]]:
    try:
        experiment = store.experiment(id)
    except NoSuchRunError:
        run = store.run(id)
        return store.experiment(run.experiment), (run,)
    return experiment, experiment.runs


def _csv(store: Store, experiment: Experiment, runs: tuple[Run, ...]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for run in runs:
        label = experiment.spec.arms[run.arm].label
        arm = f"'{label}" if label.startswith(_FORMULA) else label
        for record in store.points(run.id).steps:
            said = [getattr(record, name) for name in _STEP]
            test = evaluation(run, record) or {}
            tested = [_cell(test.get(name)) for name in _TEST]
            whole = [json.dumps(test[n]) if n in test else "" for n in ("by_class", "confusion")]
            table.writerow([run.id, arm, run.spec.seed, *said, *tested, *whole])
    return text.getvalue()


def _lines(store: Store, run: Run) -> Iterator[str]:
    for record in store.points(run.id).steps:
        for event in events(run, record):
            yield json.dumps(event)
    yield json.dumps(state_event(run))


def _scripts(id: str, runs: tuple[Run, ...]) -> Taken:
    from viz_models.training import script

    arms = {run.arm: run for run in reversed(runs)}
    texts = {
        f"arm-{arm}.py": script.source(run.spec, limits.threads(), run.device).encode()
        for arm, run in arms.items()
    }
    if len(texts) == 1:
        return Taken(name=f"{id}.py", mime="text/x-python", data=next(iter(texts.values())))
    return Taken(name=f"{id}-scripts.zip", mime="application/zip", data=_zip(texts.items()))


def _checkpoints(store: Store, runs: tuple[Run, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield the last of each run, one in memory at a time."""
    some = False
    for run in runs:
        if found := files.last_checkpoint(store.folder, run.id):
            some = True
            yield from ((f"{run.id}/{name}", data) for name, data in found[1].items())
    if not some:
        raise ValueError(_("there is no checkpoint: it ended before the first one"))


def _tensorboard(store: Store, experiment: Experiment, runs: tuple[Run, ...]) -> dict[str, bytes]:
    """Event files, one a run; each keeps the time at which its step was taken."""
    from tensorboardX import SummaryWriter

    with tempfile.TemporaryDirectory() as folder:
        for run in runs:
            begin, title = run.started or run.created, _title(experiment, run)
            with SummaryWriter(f"{folder}/{title}") as writer:
                for record in store.points(run.id).steps:
                    for name, value in _scalars(run, record).items():
                        writer.add_scalar(name, value, record.step, begin + record.seconds)
                    for name, table in _tables(run, record).items():
                        text = f"{title}\n\n{table}"
                        writer.add_text(name, text, record.step, begin + record.seconds)
        paths = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in paths}


def _title(experiment: Experiment, run: Run) -> str:
    """Return what TensorBoard calls a run: its arm, its seed, and the beginning of its id."""
    label = experiment.spec.arms[run.arm].label or experiment.name
    arm = _UNSAFE.sub("-", label)[:_LONGEST].strip("-.") or f"arm-{run.arm}"
    return f"{arm}-seed-{run.spec.seed}-{run.id[:8]}"


def _scalars(run: Run, record: StepRecord) -> dict[str, float]:
    """Return what is drawn as a curve; what is no number has no point, which the CSV file shows."""
    said: dict[str, float | None] = {
        "loss/train": record.loss,
        "accuracy/train": record.accuracy,
        "lr": record.lr,
        "gradient_norm": record.gradient_norm,
    }
    test = evaluation(run, record) or {}
    said |= {f"{name.removeprefix('val_')}/validation": test.get(name) for name in _TEST}
    for title, values in test.get("by_class", {}).items():
        said |= {
            f"{name}_by_class/{_UNSAFE.sub('_', title)}": value for name, value in values.items()
        }
    return {name: value for name, value in said.items() if _finite(value) is not None}  # type: ignore[misc]


def _tables(run: Run, record: StepRecord) -> dict[str, str]:
    """Return what a test says of each class as tables in Markdown, which TensorBoard shows."""
    test = evaluation(run, record) or {}
    if "confusion" not in test:
        return {}
    by_class, rows = test["by_class"], test["confusion"]
    shares = [
        [f"{v:.4f}" if v is not None else "-" for v in by_class[n].values()] for n in by_class
    ]
    return {
        "by_class": _table("class", _BY_CLASS, by_class, shares),
        "confusion": _table("right class, read as", by_class, by_class, rows),
    }


def _table(
    corner: str, head: Iterable[str], titles: Iterable[str], rows: Iterable[Iterable[object]]
) -> str:
    """Return a table in Markdown; a name cannot end its cell."""
    lines: list[list[object]] = [
        [corner, *head],
        *([title, *row] for title, row in zip(titles, rows, strict=True)),
    ]
    cells = [[str(cell).replace("|", "\\|") for cell in line] for line in lines]
    first, *rest = ("| " + " | ".join(line) + " |" for line in cells)
    return "\n".join([first, "|---" * len(lines[0]) + "|", *rest])


def _zip(parts: Iterable[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return packed.getvalue()


def _cell(value: float | None) -> float | str:
    return "" if value is None else value


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
