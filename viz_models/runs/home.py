"""The data folder of this machine, and for whom it is: runs, and which weights pages open with."""

import contextlib
import errno
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from viz_models.language import N_

LOCAL_OWNER = "local"
DATABASE_FILE = "runs-1.sqlite"  # the number changes with the tables
WEIGHTS_FILE = "weights.json"  # a network's name -> where its fetched weights lie
TRIED_S = 1.0  # for so long it counts whether something could be written
TRIED_BYTES = 2**18
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_tried: dict[str, tuple[float, str]] = {}  # folder as it is named: when, and what came of it


def home() -> Path:
    """Return the folder of all that runs keep: FORWARD_PASS_HOME, or the user's own data folder.

    Raises:
        OSError: If it cannot be made.
    """
    named = os.environ.get("FORWARD_PASS_HOME")
    folder = Path(named).expanduser() if named else _data_folder() / "forward-pass"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def trouble() -> str:
    """Return why nothing can be kept in the data folder now, in words; "" where all is well.

    It is tried, at most once a second: how much is free says little of quotas and rights.
    """
    named, now = os.environ.get("FORWARD_PASS_HOME", ""), time.monotonic()
    when, found = _tried.get(named, (-TRIED_S, ""))
    if now - when >= TRIED_S:
        try:
            with tempfile.TemporaryFile(dir=home()) as file:
                file.write(bytes(TRIED_BYTES))
        except OSError as error:
            found = _in_words(error)
        else:
            found = ""
        _tried[named] = now, found
    return found


def _in_words(error: OSError) -> str:
    if error.errno in _FULL:
        return N_("the disk is full, so that nothing can be stored until some space is free")
    if error.errno in _READ_ONLY:
        return N_("the data folder is read-only, so that nothing can be stored")
    return f"the data folder cannot be used ({error.strerror})"


def runs_folder() -> Path:
    """One folder a run: its checkpoints and moments."""
    folder = home() / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def database_url() -> str:
    """FORWARD_PASS_DATABASE, or SQLite under `home()`; what SQLAlchemy understands."""
    return os.environ.get("FORWARD_PASS_DATABASE") or f"sqlite:///{home() / DATABASE_FILE}"


def shared() -> bool:
    """Whether other machines use the same database: then no app starts a dispatcher.

    `python -m viz_models dispatch` is the dispatcher of all of them.
    """
    return not database_url().startswith("sqlite")


def hosted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether strangers share this machine: quotas, and a list of runs for each of them."""
    return environ.get("FORWARD_PASS_HOSTED", "") not in ("", "0")


def is_home(runs: Path) -> bool:
    """Whether the folder of runs is still there: a removed one needs no dispatcher."""
    return runs.is_dir()


def prefer(name: str, weights: Path) -> None:
    """Let pages open with a network's fetched weights; nothing happens where nothing can be kept.

    Args:
        name: As torchvision calls it.
        weights: Its file.
    """
    with contextlib.suppress(OSError):
        said = json.dumps(_preferred() | {name: str(weights.resolve())}, indent=1)
        handle, new = tempfile.mkstemp(dir=home(), suffix=".partial")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(said)
        Path(new).replace(home() / WEIGHTS_FILE)


def is_preferred(name: str) -> bool:
    """Whether weights of that network were fetched here, and are still there."""
    return Path(_preferred().get(name, "")).is_file()


def _preferred() -> dict[str, str]:
    """Return what was kept; nothing where it cannot be read."""
    try:
        found = json.loads((home() / WEIGHTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: path for name, path in found.items() if isinstance(path, str)}


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
