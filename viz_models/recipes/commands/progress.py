"""How far a long recording is, told on stderr."""

import sys
import time
from collections.abc import Callable

SECONDS_BETWEEN_LINES = 10


def progress(name: str) -> Callable[[int, int], None]:
    """Tell on stderr, every few seconds, how far a recording is."""
    begin = last = time.perf_counter()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= SECONDS_BETWEEN_LINES or done == total:
            last = now
            sys.stderr.write(f"{name}: {done} of {total} parts, {now - begin:.0f} s\n")

    return tell
