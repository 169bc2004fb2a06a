"""What a run keeps beside the database: checkpoints and moments, whole or not at all."""

import json
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from viz_models.language import gettext as _
from viz_models.recordings import files as recorded
from viz_models.records.train.experiments import Moment
from viz_models.records.train.lessons import LessonResult

KEPT = 2  # checkpoints
MAX_HEADER = 2**24  # bytes; a header that claims more is not one of ours
RESULT = "result.json"
T = TypeVar("T")
_ID = re.compile(r"[0-9a-f]{32}")
_SUMS = "crc32.json"
_TENSORS = ("filters", "running_means", "running_variances")


def folder_of(root: Path, run: str) -> Path:
    """Where the files of a run are.

    Raises:
        ValueError: If that is no id of a run, so that no name leads elsewhere.
    """
    if not _ID.fullmatch(run):
        raise ValueError(_("no such run: open one from the list of runs"))
    return root / run


def write(path: Path, data: bytes) -> None:
    """Put a file there, whole or not at all, also when the power goes.

    Raises:
        OSError: If it cannot be written; what was there before is unharmed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write_through(part, data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def save_checkpoint(root: Path, run: str, step: int, parts: Mapping[str, bytes]) -> Path:
    """Keep one more checkpoint, and no more than the last two.

    Args:
        root: Folder of all runs.
        run: Id of the run.
        step: Taken so far.
        parts: File name -> content.

    Returns:
        Its folder, which is there whole or not at all.

    Raises:
        OSError: If it cannot be written; the checkpoints before are unharmed.
    """
    folder = folder_of(root, run)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(".checkpoint-*.part"):  # of a worker that was killed while it wrote
        shutil.rmtree(left, ignore_errors=True)
    whole = folder / f"checkpoint-{step:09}"
    part = folder / f".{whole.name}.part"
    try:
        part.mkdir(mode=0o700)
        for name, data in parts.items():
            _write_through(part / name, data)
        sums = {name: zlib.crc32(data) for name, data in parts.items()}
        _write_through(part / _SUMS, json.dumps(sums).encode())
        _sync(part)
        shutil.rmtree(whole, ignore_errors=True)
        part.replace(whole)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _sync(folder)
    for old in checkpoints(root, run)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return whole


def checkpoints(root: Path, run: str) -> list[Path]:
    """Return the folders of the checkpoints of a run, the latest first; whole or torn."""
    return sorted(folder_of(root, run).glob("checkpoint-" + 9 * "[0-9]"), reverse=True)


def load_checkpoint(folder: Path) -> dict[str, bytes] | None:
    """File name -> content; None where something is torn or missing."""
    try:
        sums = json.loads((folder / _SUMS).read_bytes())
        parts = {name: (folder / Path(name).name).read_bytes() for name in sums}
        whole = all(zlib.crc32(data) == sums[name] for name, data in parts.items())
    except (OSError, ValueError, TypeError):
        return None
    return parts if whole else None


def last_checkpoint(root: Path, run: str) -> tuple[Path, dict[str, bytes]] | None:
    """Return the latest that is whole, with its content: a torn one is passed over."""
    for folder in checkpoints(root, run):
        if parts := load_checkpoint(folder):
            return folder, parts
    return None


def save_moment(root: Path, run: str, moment: Moment) -> None:
    """Keep a look inside."""
    from safetensors.numpy import save

    plain = {k: getattr(moment, k) for k in Moment.__dataclass_fields__ if k not in _TENSORS}
    arrays = {"filters": moment.filters}
    for kind in _TENSORS[1:]:
        arrays |= {f"{kind}/{name}": array for name, array in getattr(moment, kind).items()}
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    path = folder_of(root, run) / "moments" / f"{moment.step:09}.safetensors"
    write(path, save(whole, metadata={"moment": json.dumps(plain)}))


def moments(root: Path, run: str) -> tuple[Moment, ...]:
    """Return the looks inside a run, the first first; those that cannot be read are left out."""
    try:
        paths = sorted((folder_of(root, run) / "moments").glob("[0-9]*.safetensors"))
    except (OSError, ValueError):
        return ()
    return tuple(m for path in paths if (m := _moment(path)))


def save_result(root: Path, run: str, result: LessonResult) -> None:
    """Keep what the page of a lesson draws of its training, in the place of what was there."""
    write(folder_of(root, run) / RESULT, recorded.text(result).encode())


def result(root: Path, run: str, kind: type[T]) -> T | None:
    """Return what the page of a lesson draws of its training; None where nothing can be read."""
    try:
        return recorded.load(kind, folder_of(root, run) / RESULT)
    except (OSError, ValueError):
        return None


def runs(root: Path) -> list[str]:
    """Ids of the runs that have files."""
    return [path.name for path in root.iterdir() if _ID.fullmatch(path.name)]


def size(root: Path, run: str) -> int:
    """Bytes of all files of a run."""
    total = 0
    for path in folder_of(root, run).rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # renamed or removed meanwhile
            continue
    return total


def forget(root: Path, run: str) -> None:
    """Remove all files of a run."""
    shutil.rmtree(folder_of(root, run), ignore_errors=True)


def _moment(path: Path) -> Moment | None:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        data = path.read_bytes()
        plain: dict[str, Any] = json.loads(_metadata(data)["moment"])
        arrays = load(data)
        for name in ("layers", "gradient_norms", "activation_means", "activation_stds"):
            plain[name] = tuple(plain[name])
        for kind in _TENSORS[1:]:
            own = {n: a for n, a in arrays.items() if n.startswith(f"{kind}/")}
            plain[kind] = {n.removeprefix(f"{kind}/"): a for n, a in own.items()}
        return Moment(filters=arrays["filters"], **plain)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def _metadata(data: bytes) -> dict[str, str]:
    """Return the text that a safetensors file carries."""
    length = int.from_bytes(data[:8], "little")
    if length > min(MAX_HEADER, len(data)):
        raise ValueError(_("this is no safetensors file: its header is cut off"))
    found: dict[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    return found


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder lasting."""
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
