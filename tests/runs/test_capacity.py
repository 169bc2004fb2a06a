"""How many runs compute at a time: the dispatcher's word counts, not what a web server has."""

import threading
from types import SimpleNamespace

import pytest

from tests.runs.rig import TINY, tiny
from viz_models.records.train.experiments import Arm, ExperimentSpec
from viz_models.runs import client, home, limits
from viz_models.runs.cluster import capacity, serving


@pytest.fixture
def shared(store, monkeypatch):
    """A web server of one core beside a database whose dispatcher has eight."""
    monkeypatch.setattr(home, "shared", lambda: True)
    monkeypatch.setattr(client, "store", lambda: store)
    monkeypatch.setenv("FORWARD_PASS_SLOTS", "1")
    return store


def last_wait(store, experiment):
    return max(run.wait_s for run in store.experiment(experiment.id).runs)


def test_who_waits_is_told_by_the_slots_of_the_cluster(shared):
    made = shared.submit("ann", tiny(seeds=tuple(range(9))), "k", [20.0])
    assert last_wait(shared, made) == 8 * 20  # nobody has said anything: one slot
    for slots in (4, 8):
        capacity.tell(shared.database, slots)
        assert last_wait(shared, made) == 8 * 20 / slots


def test_a_sweep_is_priced_by_them(shared):
    asked = ExperimentSpec(name="s", arms=(Arm(label="a", run=TINY),), seeds=tuple(range(16)))
    assert client.price_of_sweep(asked).slots == 1
    capacity.tell(shared.database, 8)
    assert client.price_of_sweep(asked).slots == 8
    capacity.tell(shared.database, 64)
    assert client.price_of_sweep(asked).slots == 16  # more runs there are not


def test_one_machine_asks_nobody(store, monkeypatch):
    capacity.tell(store.database, 8)
    monkeypatch.setenv("FORWARD_PASS_SLOTS", "3")
    with store.database.read() as connection:
        assert capacity.slots(connection) == limits.slots() == 3


def test_the_dispatcher_tells_as_nodes_come_and_go(shared, monkeypatch):
    """Its engine has two slots, then five; the lock is its own all the time."""
    found, ends = [], threading.Event()
    monkeypatch.setattr(serving, "LOOK_S", 0.0)
    there = iter((2, 2, 5, 5))

    def slots():
        with shared.database.read() as connection:
            found.append(capacity.slots(connection))
        now = next(there, 0)
        if not now:
            ends.set()
        return now or 5

    engine = SimpleNamespace(slots=slots)
    monkeypatch.setattr(serving, "round_of", lambda dispatcher: 0)
    lock = SimpleNamespace(kept=lambda: True)
    serving._dispatch(shared, engine, lock, ends)
    assert found == [1, 2, 2, 5, 5]
