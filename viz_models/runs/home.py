"""Where runs live on this machine, and for whom: one folder and two environment variables."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

LOCAL_OWNER = "local"
DATABASE_FILE = "runs-1.sqlite"  # the number changes with the tables


def home() -> Path:
    """Return the folder of all that runs keep: FORWARD_PASS_HOME, or the user's own data folder.

    Raises:
        OSError: If it cannot be made.
    """
    named = os.environ.get("FORWARD_PASS_HOME")
    folder = Path(named).expanduser() if named else _data_folder() / "forward-pass"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


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


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
