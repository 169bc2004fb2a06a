"""How rooms stand, and who is still there: asked and told once for all who look.

Sixty tabs that follow one room would otherwise read it thirty times a second, and write as often.
"""

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from viz_models.records.classroom.room import Room
from viz_models.runs import client
from viz_models.runs.classroom import classes, polls
from viz_models.runs.classroom.classes import NoSuchClassError

FRESH_S = 0.5  # how old may be what is shown
BEAT_S = 5.0  # between two times that all who are here are written down
_MOST = 64  # rooms kept in memory


@dataclass(eq=False)
class _Looked:
    """One room, as it was read last; all who look share it."""

    room: Room | None = None
    read_at: float = float("-inf")
    reading: threading.Lock = field(default_factory=threading.Lock)
    here: set[str] = field(default_factory=set)  # who showed themselves since they were noted
    noted_at: float = field(default_factory=time.monotonic)


_looked: OrderedDict[str, _Looked] = OrderedDict()
_lock = threading.Lock()


def look(code: str) -> Room:
    """Return a room as it stands, as of half a second ago at most.

    Raises:
        NoSuchClassError: If it is over.
    """
    looked = _get(code)
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
    _get(code).read_at = float("-inf")


def note_here(code: str, person: str) -> None:
    """Note that somebody is still here; whoever comes when it is time writes all of them down."""
    looked = _get(code)
    with _lock:
        looked.here.add(person)
        if time.monotonic() - looked.noted_at < BEAT_S:
            return
        looked.noted_at, here = time.monotonic(), looked.here
        looked.here = set()
    with suppress(client.StoreError):  # they show themselves again soon
        classes.note_here(client.store().database, code, here)


def _get(code: str) -> _Looked:
    with _lock:
        looked = _looked.setdefault(code, _Looked())
        _looked.move_to_end(code)
        while len(_looked) > _MOST:
            _looked.popitem(last=False)
        return looked
