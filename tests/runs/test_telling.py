"""Records go into the store in chunks, beside the training."""

import sqlite3
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sql

from tests.runs.rig import records, tiny, until
from viz_models.runs import telling
from viz_models.runs.database import points
from viz_models.runs.telling import LostError, Teller
from viz_models.runs.work_queue import START_LEASE_S


@pytest.fixture
def job(store):
    store.submit("ann", tiny(), "k")
    job = store.work.claim()
    store.work.begin(job.run, job.attempt, "me")
    return job


@pytest.fixture
def teller(store, job):
    made = Teller(store, job)
    yield made
    made.close()


def told(store, job):
    return [r.step for r in store.points(job.run).steps]


def lost_after_20_steps(store, job, teller):
    """Who tells of the run from now on: it was lost, and is resumed from a checkpoint."""
    for record in records(1, 20):
        teller.tell(record, 0.5)
    teller.flush()
    store.work.end(job.run, job.attempt, "lost")
    store.resume("ann", job.run)
    return Teller(store, store.work.claim())


def test_the_first_goes_at_once_and_others_after_a_quarter_second(store, job, teller):
    for record in records(1, 10):
        teller.tell(record, 0.1)
    assert until(lambda: told(store, job) == list(range(1, 11))) < 2
    teller.tell(records(11, 11)[0], 0.2)
    assert until(lambda: len(told(store, job)) == 11) < 2
    assert store.run(job.run).share == 0.2


def test_flushed_is_stored(store, job, teller):
    for record in records(1, 37):
        teller.tell(record, 0.5)
    teller.flush()
    assert told(store, job) == list(range(1, 38))
    query = sql.select(sql.func.count()).select_from(points)
    with store.database.read() as connection:
        assert connection.scalar(query) <= 5


def test_what_is_stored_already_is_not_told_again(store, job, teller):
    second = lost_after_20_steps(store, job, teller)
    for record in records(15, 25):  # from a checkpoint at step 14
        second.tell(record, 0.6)
    second.flush()
    second.close()
    assert told(store, job) == list(range(1, 26))


def test_what_people_ask_is_heard_between_two_steps(store, job, teller):
    store.pause("ann", job.run)
    assert until(lambda: teller.flag == "pause") < 2


def test_a_run_that_was_taken_away_is_told_so(store, job, teller):
    store.work.end(job.run, job.attempt, "lost")
    teller.tell(records(1, 1)[0], 0.1)
    with pytest.raises(LostError):
        teller.flush()


def test_a_thread_that_only_listens_gives_no_sign_of_life(store, job, teller):
    (before,) = store.work.alive()
    time.sleep(3 * telling.CHUNK_S)
    assert store.work.alive() == [before]  # a loop that hangs must not look alive


def test_the_lease_follows_the_longest_step(store, job, teller):
    first, second, third = records(1, 3)
    teller.tell(first, 0.1)
    time.sleep(0.4)
    teller.tell(second, 0.2)
    teller.tell(third, 0.3)
    teller.flush()
    (row,) = store.work.alive()
    assert row.lease >= 0.4 * telling.LEASE_GAPS


def test_a_store_that_is_busy_is_asked_again(store, job, teller, monkeypatch):
    if store.database.url.split(":")[0] != "sqlite":
        pytest.skip("locks of SQLite")
    path = store.database.url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(1.0, lambda: other.execute("COMMIT")).start()
    for record in records(1, 30):
        teller.tell(record, 0.1)
    teller.flush()
    other.close()
    assert told(store, job) == list(range(1, 31))


def beat_and_lease(store):
    (row,) = store.work.alive()
    return row.beat, row.lease


def test_a_sign_of_life_gives_time_for_what_is_no_step(store, job, teller):
    teller.tell(records(1, 1)[0], 0.1)
    teller.flush()
    before, short = beat_and_lease(store)
    teller.sign()
    assert until(lambda: beat_and_lease(store)[0] > before) < 2
    assert beat_and_lease(store)[1] == START_LEASE_S > short
    time.sleep(0.3)
    teller.tell(records(2, 2)[0], 0.2)  # and the pause counts as no long step
    teller.flush()
    assert beat_and_lease(store)[1] == short


def test_steps_that_are_taken_again_are_signs_of_life(store, job, teller):
    second = lost_after_20_steps(store, job, teller)
    before, _ = beat_and_lease(store)
    second.tell(records(1, 1)[0], 0.1)
    assert until(lambda: beat_and_lease(store)[0] > before) < 2
    last = replace(records(9, 9)[0], state="finished")  # this time the clock ended it earlier
    second.tell(last, 1.0)
    second.flush()
    second.close()
    assert told(store, job) == [*range(1, 21), 9]
