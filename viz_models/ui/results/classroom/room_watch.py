"""How rooms stand: read from the store once for all who look, twice a second.

Sixty tabs that follow one room would otherwise ask for it thirty times a second.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from viz_models.records.classroom.room import Room
from viz_models.runs import client
from viz_models.runs.classroom import polls
from viz_models.runs.classroom.classes import NoSuchClassError

FRESH_S = 0.5  # how old may be what is shown
_MOST = 64  # rooms kept in memory


@dataclass(eq=False)
class _Looked:
    """One room, as it was read last; all who look share it."""

    room: Room | None = None
    read_at: float = float("-inf")
    reading: threading.Lock = field(default_factory=threading.Lock)


_looked: OrderedDict[str, _Looked] = OrderedDict()
_lock = threading.Lock()


def look(code: str) -> Room:
    """Return a room as it stands, as of half a second ago at most.

    Raises:
        NoSuchClassError: If it is over.
    """
    with _lock:
        looked = _looked.setdefault(code, _Looked())
        _looked.move_to_end(code)
        while len(_looked) > _MOST:
            _looked.popitem(last=False)
    is_old = time.monotonic() - looked.read_at >= FRESH_S
    if is_old and looked.reading.acquire(blocking=looked.room is None):
        try:
            if time.monotonic() - looked.read_at >= FRESH_S:
                looked.room = polls.room(client.store().database, code)
                looked.read_at = time.monotonic()
        finally:
            looked.reading.release()
    if looked.room is None or looked.room.ends < time.time():
        raise NoSuchClassError
    return looked.room


def forget(code: str) -> None:
    """Read it anew at the next look: something was done to it."""
    with _lock:
        _looked.pop(code, None)
