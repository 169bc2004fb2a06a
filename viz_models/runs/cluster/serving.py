"""The dispatcher of a database that several machines share: one at a time, another one waits."""

import threading
import time
from collections.abc import Callable

from viz_models.runs.cluster import capacity
from viz_models.runs.cluster.lock import DatabaseLock
from viz_models.runs.dispatcher import IDLE_S, TICK_S, TIDY_S, Dispatcher, log, round_of, tidy
from viz_models.runs.engine import Engine
from viz_models.runs.store import Store, StoreError

LOOK_S = 1.0  # from one look at the lock to the next


def serve(store: Store, make: Callable[[], Engine], ends: threading.Event) -> None:
    """Dispatch until `ends` is set; as long as another process does so, wait for its place.

    Args:
        store: On PostgreSQL.
        make: Makes the engine, once this process is the one that dispatches.
        ends: Set by whoever stops the process.
    """
    lock = DatabaseLock(store.database)
    engine: Engine | None = None
    try:
        while not ends.is_set():
            if not _acquired(lock):
                ends.wait(LOOK_S)
                continue
            engine = engine or make()
            _dispatch(store, engine, lock, ends)
    finally:
        if engine:
            engine.close()
        lock.release()


def _acquired(lock: DatabaseLock) -> bool:
    try:
        return lock.acquire()
    except StoreError as error:
        log(error)
        return False


def _dispatch(store: Store, engine: Engine, lock: DatabaseLock, ends: threading.Event) -> None:
    """Dispatch as long as the lock is this process's; what computes goes on without it."""
    dispatcher = Dispatcher(store, engine)
    looked, tidied, told = -LOOK_S, time.monotonic(), 0
    while not ends.is_set():
        now = time.monotonic()
        if now - looked > LOOK_S:
            looked = now
            if not lock.kept():
                return
            told = _told(store, engine.slots(), told)
        alive = round_of(dispatcher)
        if store.hosted and now - tidied > TIDY_S:
            tidied = now
            tidy(store)
        ends.wait(TICK_S if alive else IDLE_S)


def _told(store: Store, slots: int, before: int) -> int:
    """Tell the web servers how many runs compute at a time, where that has changed."""
    if slots != before:
        try:
            capacity.tell(store.database, slots)
        except StoreError as error:
            log(error)
            return before
    return slots
