"""A home of their own for runs, and the implementations that must keep the contracts."""

import pytest

from tests.runs.rig import Rig, tiny
from viz_models.runs.store import Store


def _sqlite(folder):
    return Store(f"sqlite:///{folder / 'runs.sqlite'}", folder / "runs", hosted=False)


STORES = {"sqlite": _sqlite}  # folder -> store; another database is one more entry


@pytest.fixture(params=STORES.values(), ids=STORES)
def store(request, tmp_path):
    opened = request.param(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def hosted(store):
    store.hosted = True
    return store


@pytest.fixture
def two_runs():
    return tiny(seeds=(0, 1))


@pytest.fixture
def rig(tmp_path, monkeypatch):
    """A machine of its own: home, dispatcher, workers; all of it ends with the test."""
    made = Rig(tmp_path / "home", monkeypatch)
    yield made
    made.end()
