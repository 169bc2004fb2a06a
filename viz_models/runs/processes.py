"""Processes by a name that is never used again: id, time of start, and boot of the machine."""

import contextlib
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

_SYSTEM: str = sys.platform  # so that types are checked for every system at once
_QUERY, _TERMINATE = 0x1000, 0x0001  # PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_TERMINATE


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
    """The process id in a name; 0 where there is none."""
    first = name.split(":", 1)[0]
    return int(first) if first.isdecimal() else 0


def kill(name: str) -> None:
    """End a process at once; nothing happens if it is gone, or its id is another's now."""
    if not alive(name):
        return
    pid = pid_of(name)
    if _SYSTEM == "win32":
        _windows_kill(pid)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def stopped(name: str) -> bool:
    """Whether the system has stopped it, as SIGSTOP does; Windows never does."""
    return _state(pid_of(name)).startswith("T")


def memory(name: str) -> int:
    """Bytes resident; 0 where that is not known."""
    pid = pid_of(name)
    if _SYSTEM == "linux":
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")
    if _SYSTEM == "win32":
        return 0
    told = _ps(pid, "rss=")
    return int(told) * 1024 if told.isdecimal() else 0


def _start(pid: int) -> str:
    if pid <= 0:
        return ""
    if _SYSTEM == "win32":
        return _windows_start(pid)
    if _SYSTEM == "linux":
        state, *rest = _stat(pid)
        return "" if state in ("", "Z", "X") else rest[18]  # field 22: clock ticks since the boot
    state, _, start = _ps(pid, "stat=,lstart=").partition(" ")
    return "" if state.startswith("Z") else "".join(start.split()).replace(":", ".")


def _state(pid: int) -> str:
    """A letter, as `ps` shows it first; "" where it is not known."""
    if _SYSTEM == "win32":
        return ""
    return _stat(pid)[0] if _SYSTEM == "linux" else _ps(pid, "stat=")


def _stat(pid: int) -> list[str]:
    """What Linux tells of a process, from its state on; a single "" if there is none."""
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


def _ps(pid: int, what: str) -> str:
    told = subprocess.run(
        ["ps", "-o", what, "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()


def _windows_start(pid: int) -> str:
    import ctypes
    from ctypes import wintypes

    kernel: Any = vars(ctypes)["WinDLL"]("kernel32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    handle = kernel.OpenProcess(_QUERY, False, pid)
    if not handle:
        return ""
    handle = wintypes.HANDLE(handle)
    times = [wintypes.FILETIME() for _ in range(4)]
    code = wintypes.DWORD()
    told = kernel.GetProcessTimes(handle, *(ctypes.byref(t) for t in times))
    told = told and kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    ended = times[1].dwHighDateTime or times[1].dwLowDateTime
    if not told or ended:
        return ""
    return str((times[0].dwHighDateTime << 32) + times[0].dwLowDateTime)


def _windows_kill(pid: int) -> None:
    import ctypes
    from ctypes import wintypes

    kernel: Any = vars(ctypes)["WinDLL"]("kernel32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    handle = kernel.OpenProcess(_TERMINATE, False, pid)
    if handle:
        kernel.TerminateProcess(wintypes.HANDLE(handle), 1)
        kernel.CloseHandle(wintypes.HANDLE(handle))
