import gc
import os
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from viz_models import garbage


class Held:
    """Something that holds on to itself, as a tensor in a traceback does."""

    def __init__(self):
        self.self = self


@pytest.fixture
def collector():
    ended = threading.Event()
    thread = threading.Thread(target=garbage.collect, args=(ended, 0.01))
    thread.start()
    yield
    ended.set()
    thread.join()


def test_old_garbage_is_collected_without_being_asked(collector):
    held = Held()
    gc.collect()  # it survives, so it is old: Python's own small collections leave it alone
    seen = weakref.ref(held)
    del held
    clutter = [[] for _ in range(2000)]
    deadline = time.monotonic() + 20
    while seen() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen() is None
    assert len(clutter) == 2000


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_freed_memory_goes_back_to_the_system():
    small = [bytearray(60_000) for _ in range(2000)]  # 120 MB, too small for pages of their own
    keep = small[1::2]
    del small
    assert garbage.give_back()
    before = resident()
    keep.clear()
    assert garbage.give_back()
    assert resident() < before - 20 * 2**20


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_nothing_is_done_while_nothing_happens():
    gc.collect()
    assert not garbage._is_any()
