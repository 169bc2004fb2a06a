"""One garbage collection a second for all sessions, instead of one after every rerun.

Streamlit collects all garbage after each run of a page or a fragment, holding everybody up. With
torch loaded and its modules frozen that was 3.5 of the 12.9 ms that a tick of a live chart cost,
and it grows with the number of open tabs.
"""

import gc
import threading

EVERY_S = 1.0


def collect(ended: threading.Event, every: float = EVERY_S) -> None:
    """Collect once in `every` seconds, but not while nothing happens; for a thread of its own.

    Args:
        ended: Returns when it is set.
        every: s.
    """
    while not ended.wait(every):
        if _is_any():
            gc.collect()


def _is_any() -> bool:
    """Whether some hundred objects more were made than freed since the last whole collection."""
    _, *older = gc.get_count()
    return any(older)
