"""A home of their own for runs, and the implementations that must keep the contracts."""

import importlib.util
import uuid

import pytest

from scripts.postgres import Postgres, programs
from tests.runs.rig import Rig, tiny
from viz_models.runs.store import Store

STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)]


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server for all tests of this process."""
    pytest.importorskip("psycopg", reason="needs requirements-cluster.txt")
    if programs() is None:
        pytest.skip("needs PostgreSQL: make test-cluster installs it where it may")
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def ray_is_here():
    """Skip without Ray; not imported, for then it reads which token it has, which comes later."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs requirements-cluster.txt")


@pytest.fixture(params=STORES)
def database_url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'runs.sqlite'}"
    return request.getfixturevalue("postgres").add_schema(f"t{uuid.uuid4().hex}")


@pytest.fixture
def store(database_url, tmp_path):
    opened = Store(database_url, tmp_path / "runs", hosted=False)
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
