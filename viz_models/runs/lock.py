"""A lock that one process holds as long as it lives; the system lets go of it, however it ends."""

import json
import os
from pathlib import Path
from typing import Any


class Lock:
    """A locked file with a few words of its holder inside."""

    def __init__(self, path: Path) -> None:
        """Name it; `acquire` takes it.

        Args:
            path: In a folder that exists.
        """
        self.path = path
        self._file: int | None = None

    def acquire(self, words: dict[str, Any]) -> bool:
        """Take the lock unless another process has it; never waits.

        Args:
            words: What others may read of its holder, as JSON.
        """
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(file):
            os.close(file)
            return False
        self._file = file
        said = self.path.with_suffix(".json")
        part = said.with_suffix(".part")
        part.write_text(json.dumps(words), encoding="utf-8")
        part.replace(said)
        return True

    def release(self) -> None:
        """Let go; harmless where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def held(self) -> bool:
        """Whether some process has it."""
        try:
            file = os.open(self.path, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _locked(file)
        finally:
            os.close(file)

    def words(self) -> dict[str, Any]:
        """What its last holder said; empty where that cannot be read."""
        try:
            said = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}


def _locked(file: int) -> bool:
    """Lock an open file, without waiting; closing it lets go."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
