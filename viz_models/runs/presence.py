"""Who is there: the dispatcher, started by whoever needs it, and the apps that it stays for."""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from viz_models import places
from viz_models.runs import home, processes
from viz_models.runs.lock import Lock

ROOT = places.PACKAGE.parent
_NEEDED = ("patches", "records", "images", "models", "analysis", "training", "runs")
# What a worker may know of the environment it was started in: nothing that could be a secret.
_KEPT = {
    *("PATH", "HOME", "USER", "LOGNAME", "USERPROFILE", "LANG", "LANGUAGE", "TZ", "SHELL"),
    *("TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "HF_HOME"),
}
_FAMILIES = (
    *("FORWARD_PASS_", "LC_", "XDG_", "PYTHON", "COVERAGE_"),
    *("OMP_", "MKL_", "OPENBLAS_", "KMP_", "TORCH", "PYTORCH_", "CUDA_", "NVIDIA_", "NCCL_"),
)
_NEVER = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "KEY", "COOKIE")  # of a family either
AGAIN_S = 2.0  # from one start to the next, also when it ends at once
# by folder: the last one started, so that it does not stay a zombie, and when
_started: dict[str, tuple[subprocess.Popen[bytes], float]] = {}
_told: set[str] = set()  # folders that know of this process


@cache
def version() -> int:
    """Grows with the code that runs need: FORWARD_PASS_VERSION, or when a file last changed."""
    if told := os.environ.get("FORWARD_PASS_VERSION", ""):
        return int(told)
    parts = (ROOT / "viz_models" / name for name in _NEEDED)
    return max(path.stat().st_mtime_ns for part in parts for path in part.rglob("*.py"))


def dispatcher_lock() -> Lock:
    """Held by the one dispatcher of this machine; its words: version and process."""
    return Lock(home.home() / "dispatcher.lock")


def ensure() -> None:
    """Start a dispatcher unless one is there that is as new as this code; tell it of this app.

    Nothing happens where the database is shared with other machines (theirs is started by hand),
    and where nothing can be written: there none could live.
    """
    if home.shared() or home.trouble():
        return
    folder = str(home.home())
    _tell(folder)
    child, when = _started.get(folder, (None, 0.0))
    if child and (child.poll() is None or time.monotonic() - when < AGAIN_S):
        return
    lock = dispatcher_lock()
    if lock.held() and lock.words().get("version", 0) >= version():
        return
    _started[folder] = _start(folder), time.monotonic()


def trouble() -> str:
    """Return why no dispatcher is there although one was started; "" where all is well.

    None is needed before the first run, which starts it.
    """
    child, _ = _started.get(str(home.home()), (None, 0.0))
    ended = child.poll() if child else None
    if not ended or dispatcher_lock().held():
        return ""
    return f"it ended with exit code {ended}: see dispatcher.log in the data folder"


def environment() -> dict[str, str]:
    """Return what of this process's environment runs need, with the package in reach."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if _is_kept(name.upper())
        and not (name.upper().endswith("_PROXY") and "@" in value)  # it has a password
    }
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def _is_kept(name: str) -> bool:
    if name.startswith("FORWARD_PASS_"):
        return True
    named = name in _KEPT or name.startswith(_FAMILIES)
    return named and not any(word in name for word in _NEVER)


def apps() -> list[str]:
    """Return the processes that have used the run store and are still there."""
    found = []
    for path in (home.home() / "apps").glob("*"):
        name = path.read_text(encoding="utf-8") if path.is_file() else ""
        if processes.alive(name):
            found.append(name)
        elif time.time() - path.stat().st_mtime > 1:  # it may just be being written
            path.unlink(missing_ok=True)
    return found


def wish(newer: int) -> None:
    """Ask an older dispatcher to start nothing more, and to leave its runs to a newer one."""
    (home.home() / "dispatcher.wish").write_text(str(newer), encoding="ascii")


def wished() -> int:
    """Return the version that somebody waits to start; 0: nobody does."""
    try:
        return int((home.home() / "dispatcher.wish").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _tell(folder: str) -> None:
    key = f"{folder}:{os.getpid()}"
    path = Path(folder) / "apps" / str(os.getpid())
    if key not in _told or not path.exists():  # somebody may have removed the folder
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(processes.own_name(), encoding="utf-8")
        _told.add(key)


def _start(folder: str) -> subprocess.Popen[bytes]:
    """Return a process that outlives this one, its terminal and its session."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    with (Path(folder) / "dispatcher.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "viz_models.runs.dispatcher"],
            cwd=ROOT,
            env={**environment(), "FORWARD_PASS_HOME": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            creationflags=flags,
        )
