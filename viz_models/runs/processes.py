"""Processes by a name that is never used again: id, time of start, and boot of the machine."""

import contextlib
import os
import sys
from functools import cache
from pathlib import Path

import psutil

_SYSTEM: str = sys.platform  # so that types are checked for every system at once


def name_of(pid: int) -> str:
    """Like "4711:123456:boot"; "" where there is no such process. A zombie is none."""
    start = _start(pid)
    return f"{pid}:{start}:{_boot()}" if start else ""


def own_name() -> str:
    """Of this process."""
    return name_of(os.getpid())


def alive(name: str) -> bool:
    """Whether the process of that name is still there, and no other with its id."""
    return bool(name) and name_of(pid_of(name)) == name


def pid_of(name: str) -> int:
    """Return the process id in a name; 0 where there is none."""
    first = name.split(":", 1)[0]
    return int(first) if first.isdecimal() else 0


def kill(name: str) -> None:
    """End a process and those that it started, at once.

    Nothing happens if it is gone, or its id is another's now.
    """
    if alive(name):
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(pid_of(name))
            for process in (*first.children(recursive=True), first):
                with contextlib.suppress(psutil.Error):
                    process.kill()


def stopped(name: str) -> bool:
    """Whether the system has stopped it, as SIGSTOP does."""
    with contextlib.suppress(psutil.Error):
        status = psutil.Process(pid_of(name)).status()
        return status in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    return False


def memory(name: str) -> int:
    """Bytes resident; 0 of a process that is gone."""
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid_of(name)).memory_info().rss)
    return 0


def family_memory(name: str) -> int:
    """Bytes resident in a process and in those that it started; what two share counts twice."""
    found = memory(name)
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid_of(name)).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found += int(process.memory_info().rss)
    return found


def _start(pid: int) -> str:
    if pid <= 0:
        return ""
    if _SYSTEM == "linux":
        state, *rest = _stat(pid)
        return "" if state in ("", "Z", "X") else rest[18]  # field 22: clock ticks since the boot
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return repr(process.create_time())
    return ""


def _stat(pid: int) -> list[str]:
    """Return what Linux tells of a process, from its state on; a single "" if there is none.

    psutil's `create_time` adds the time of the boot, which moves when somebody sets the clock: a
    process would then have another name, and its run would be given up for lost.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return [""]
    return told.rpartition(")")[2].split()


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # elsewhere a start is told as a time of day, which no boot repeats
        return "-"
