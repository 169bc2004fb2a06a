"""One garbage collection a second for all sessions, instead of one after every rerun.

Streamlit collects all garbage after each run of a page or a fragment, holding everybody up. With
torch loaded and its modules frozen that was 3.5 of the 12.9 ms that a tick of a live chart cost,
and it grows with the number of open tabs.
"""

import ctypes
import gc
import sys
import threading
import time

EVERY_S = 1.0
TRIM_S = 30.0  # between two moments at which freed memory goes back to the system


def collect(ended: threading.Event, every: float = EVERY_S) -> None:
    """Collect once in `every` seconds, but not while nothing happens; for a thread of its own.

    Args:
        ended: Returns when it is set.
        every: s.
    """
    trimmed = time.monotonic()
    while not ended.wait(every):
        if _is_any():
            gc.collect()
        if time.monotonic() - trimmed > TRIM_S:
            give_back()
            trimmed = time.monotonic()


def give_back() -> bool:
    """Give freed memory back to the system; glibc alone keeps what traces have left (+480 MB).

    Returns:
        Whether this system's library can do it.
    """
    if sys.platform != "linux":
        return False
    try:
        trim = ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):  # another C library
        return False
    return bool(trim(0)) or True


def _is_any() -> bool:
    """Whether some hundred objects more were made than freed since the last whole collection."""
    _, *older = gc.get_count()
    return any(older)
