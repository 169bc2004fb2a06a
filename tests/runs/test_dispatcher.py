"""One dispatcher at a time; it leaves when nobody needs it, and gives way to a newer one."""

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.conftest import ROOT
from tests.runs.rig import LONG, TINY, tiny, until
from viz_models.runs import client, presence, processes
from viz_models.runs.dispatcher import Dispatcher
from viz_models.runs.engine import Outcome


class Slots:
    """An engine whose runs end when the test says so."""

    def __init__(self):
        self.ended, self.killed, self.jobs = {}, [], []

    def slots(self):
        return 2

    def start(self, job):
        self.jobs.append(job)
        return f"{job.run}:{job.attempt}"

    def poll(self, handle):
        return self.ended.get(handle)

    def kill(self, handle):
        self.killed.append(handle)
        self.ended[handle] = Outcome("failed", "killed")


@pytest.fixture
def dispatcher(store):
    return Dispatcher(store, Slots())


def test_slots_are_filled_and_filled_again(store, dispatcher):
    made = store.submit("ann", tiny(seeds=(0, 1, 2)), "k")
    assert dispatcher.step() == 2
    assert dispatcher.step() == 2
    first, second, third = made.runs
    dispatcher.engine.ended[f"{first.id}:1"] = Outcome("finished")
    assert dispatcher.step() == 2
    states = [run.state for run in store.experiment(made.id).runs]
    assert states == ["finished", "starting", "starting"]
    assert [job.run for job in dispatcher.engine.jobs] == [first.id, second.id, third.id]


def test_a_run_of_two_workers_takes_two_slots_also_for_the_next_dispatcher(store, dispatcher):
    team = replace(TINY, workers=2)
    made = store.submit("ann", tiny(team, seeds=(0, 1)), "k")
    assert dispatcher.step() == 1
    adopted = Dispatcher(store, Slots())
    assert adopted.step() == 1
    assert adopted.engine.jobs == []
    dispatcher.engine.ended[f"{made.runs[0].id}:1"] = Outcome("finished")
    assert dispatcher.step() == 1
    assert [job.run for job in dispatcher.engine.jobs] == [run.id for run in made.runs]


def test_a_worker_that_dies_before_it_begins_is_tried_three_times(store, dispatcher):
    made = store.submit("ann", tiny(), "k")
    for attempt in (1, 2, 3):
        assert dispatcher.step() == 1
        dispatcher.engine.ended[f"{made.runs[0].id}:{attempt}"] = Outcome("failed", "exit code 1")
    assert dispatcher.step() == 0
    run = store.run(made.runs[0].id)
    assert (run.state, run.reason, run.attempt) == ("failed", "exit code 1", 3)


def test_a_cancel_before_the_worker_begins_is_done_at_once(store, dispatcher):
    made = store.submit("ann", tiny(), "k")
    dispatcher.step()
    store.cancel("ann", made.id)
    assert dispatcher.step() == 0
    assert store.run(made.runs[0].id).state == "cancelled"
    assert dispatcher.engine.killed == [f"{made.runs[0].id}:1"]


def test_a_lease_ends_by_the_dispatchers_own_clock(store, dispatcher, monkeypatch):
    made = store.submit("ann", tiny(), "k")
    dispatcher.step()
    run = made.runs[0].id
    store.work.begin(run, 1, f"{run}:1")
    store.work.push(run, 1, (), lease=0.3)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)  # somebody sets the clock
    assert dispatcher.step() == 1
    store.work.push(run, 1, (), lease=0.3)
    assert dispatcher.step() == 1
    time.sleep(0.4)
    assert dispatcher.step() == 0
    assert store.run(run).state == "lost"
    assert "no sign of life for 0 s" in store.run(run).reason
    assert dispatcher.engine.killed


def test_the_seconds_that_a_kill_takes_are_nobody_elses_silence(store, dispatcher, monkeypatch):
    """Ray takes up to ten to end a stopped process; another run was then called lost."""
    made = store.submit("ann", tiny(seeds=(0, 1)), "k")
    silent, other = (run.id for run in made.runs)
    clock = [100.0]
    stand_in = SimpleNamespace(monotonic=lambda: clock[0], time=time.time)
    monkeypatch.setattr("viz_models.runs.dispatcher.time", stand_in)
    kill = dispatcher.engine.kill

    def slowly(handle):
        clock[0] += 10
        kill(handle)

    monkeypatch.setattr(dispatcher.engine, "kill", slowly)
    dispatcher.step()
    for run in (silent, other):
        store.work.begin(run, 1, f"{run}:1")
        store.work.push(run, 1, (), lease=3)
    dispatcher.step()
    clock[0] += 2
    store.work.push(other, 1, (), lease=3)
    dispatcher.step()
    clock[0] += 2
    assert dispatcher.step() == 1
    assert dispatcher.engine.killed == [f"{silent}:1"]
    assert store.run(silent).state == "lost"
    assert store.run(other).reason == ""


def test_draining_claims_nothing(store, dispatcher):
    store.submit("ann", tiny(), "k")
    assert dispatcher.step(claims=False) == 0
    assert store.work.waiting() == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_leaves_nothing_behind(rig):
    script = (
        "from tests.runs.rig import tiny; from viz_models.runs import client; client.ready();"
        "print(client.store().submit('local', tiny(), 'k').runs[0].id)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    run = told.stdout.strip()
    until(lambda: rig.store.run(run).state == "finished")  # the store alone: no app is alive
    until(lambda: not rig.dispatcher())
    until(lambda: rig.children() == [])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_stays_as_long_as_an_app_is_alive(rig):
    client.ready()
    until(rig.dispatcher)
    first = rig.dispatcher()
    time.sleep(3)  # the linger of this machine is half a second
    assert rig.dispatcher() == first
    assert processes.own_name() in presence.apps()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_older_one_leaves_its_runs_to_a_newer_one(rig):
    run = rig.start(tiny(LONG))
    rig.wait_for_steps(run, 5)
    old = rig.dispatcher()
    presence.wish(presence.version() + 1)
    until(lambda: not processes.alive(old))
    seen = rig.store.run(run).step
    until(lambda: rig.store.run(run).step > seen + 5)
    waiting = rig.start(tiny(TINY))
    until(lambda: rig.dispatcher() not in ("", old))
    rig.store.cancel(None, run)
    assert rig.wait(run, "cancelled").attempt == 1
    assert rig.wait(waiting, "finished").attempt == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_dispatcher_whose_home_is_gone_ends(rig):
    client.ready()
    until(rig.dispatcher)
    name = rig.dispatcher()
    client.store().close()

    def gone():  # a beat that is written meanwhile keeps its folder
        shutil.rmtree(rig.folder, ignore_errors=True)
        return not rig.folder.exists()

    until(gone)
    until(lambda: not processes.alive(name), 30)
