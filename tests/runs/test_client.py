"""The door for pages and commands."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from viz_models.runs import client


@pytest.fixture
def slow(monkeypatch):
    """Stores that take a while to be opened; the list of those that were."""
    opened = []

    class Slow:
        def __init__(self):
            opened.append(threading.get_ident())
            time.sleep(0.2)

    monkeypatch.setattr(client, "Store", Slow)
    client._opened.cache_clear()
    yield opened
    client._opened.cache_clear()


def test_who_comes_at_once_to_a_cold_server_shares_one_store(slow):
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: client.store(), range(20)))
    assert len(slow) == 1
    assert len(set(map(id, found))) == 1
