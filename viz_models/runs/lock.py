"""A lock that one process holds as long as it lives; the system lets go of it, however it ends."""

import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout


class Lock:
    """A locked file with a few words of its holder beside it."""

    def __init__(self, path: Path) -> None:
        """Name it; `acquire` takes it.

        Args:
            path: In a folder that exists.
        """
        self.path = path
        self._lock = _lock(path)

    def acquire(self, words: dict[str, Any]) -> bool:
        """Take the lock unless another process has it; never waits.

        Args:
            words: What others may read of its holder, as JSON.
        """
        try:
            self._lock.acquire()
        except Timeout:
            return False
        said = self.path.with_suffix(".json")
        part = said.with_suffix(".part")
        part.write_text(json.dumps(words), encoding="utf-8")
        part.replace(said)
        return True

    def release(self) -> None:
        """Let go; harmless where it is not held."""
        self._lock.release(force=True)

    def held(self) -> bool:
        """Whether some process has it."""
        if self._lock.is_locked:
            return True
        if not self.path.exists():
            return False
        other = _lock(self.path)
        try:
            other.acquire()
        except (Timeout, OSError):
            return True
        other.release(force=True)
        return False

    def words(self) -> dict[str, Any]:
        """Return what its last holder said; empty where that cannot be read."""
        try:
            said = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}


def _lock(path: Path) -> FileLock:
    """Of this object alone, which has to be kept: taken in one thread, let go of in another."""
    return FileLock(path, timeout=0, mode=0o600, thread_local=False, preserve_lock_file=True)
