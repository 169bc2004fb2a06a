"""Runs of a database that several machines share: PostgreSQL, two Ray nodes, real signals."""

import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from scripts.ray_cluster import RayCluster
from tests.conftest import ROOT
from tests.runs.rig import LONG, TINY, say, tiny, until
from viz_models.records.train.runs import ENDED
from viz_models.runs import presence
from viz_models.runs.classroom import votes
from viz_models.runs.cluster.lock import DatabaseLock
from viz_models.runs.store import Store

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
TASK = "ray::run"  # how Ray names a process that computes a run of ours


class Machines:
    """A database and, if asked for, a Ray cluster; dispatchers are started by hand."""

    def __init__(self, folder, url, patch):
        self.folder, self.url = folder, url
        self.dispatchers = []
        self._ray = None
        for name, value in {"HOME": folder, "DATABASE": url, "HOSTED": "", "SLOTS": 2}.items():
            patch.setenv(f"FORWARD_PASS_{name}", str(value))
        patch.setenv("FORWARD_PASS_LEASE_S", "4")
        self.store = Store(url, folder / "runs", hosted=False)

    @property
    def ray(self):
        if self._ray is None:
            self._ray = RayCluster()
        return self._ray

    def dispatch(self, engine):
        """A dispatcher as somebody starts it; returns the process."""
        command = [sys.executable, "-m", "viz_models", "dispatch", "--engine", engine]
        environment = {**os.environ}
        if engine == "ray":
            command += ["--address", self.ray.address]
            environment |= self.ray.environment
        log = (self.folder / f"dispatcher-{len(self.dispatchers)}.log").open("wb")
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        log.close()
        self.dispatchers.append(process)
        return process

    def submit(self, run=TINY, seeds=(0,), owner="ann"):
        return self.store.submit(owner, tiny(run, seeds), uuid.uuid4().hex)

    def states(self, made):
        return [run.state for run in self.store.experiment(made.id).runs]

    def wait(self, made, *states):
        until(
            lambda: all(state in states for state in self.states(made)),
            patience=240,
            instead=lambda: self.store.experiment(made.id).runs,
        )
        return self.store.experiment(made.id).runs

    def end(self):
        for process in self.dispatchers:
            process.kill()
            process.wait()
        if self._ray is not None:
            self._ray.close()
        self.store.close()


@pytest.fixture
def machines(tmp_path, postgres, monkeypatch):
    url = postgres.add_schema(f"t{uuid.uuid4().hex}")
    (tmp_path / "home").mkdir()
    made = Machines(tmp_path / "home", url, monkeypatch)
    yield made
    made.end()


@pytest.fixture
def cluster(machines, ray_is_here):
    machines.ray.add_node()
    machines.ray.add_node()
    return machines


def whole(machines, run, steps=60):
    """Each step is stored once, in order."""
    told = [record.step for record in machines.store.points(run.id).steps]
    assert told == list(range(1, steps + 1))


def test_nobody_starts_a_dispatcher_by_the_way(machines):
    presence.ensure()
    made = machines.submit()
    time.sleep(0.5)
    assert not presence.dispatcher_lock().held()
    assert machines.states(made) == ["queued"]


def test_one_dispatcher_at_a_time_and_the_next_one_takes_its_place(machines):
    first = machines.dispatch("local")
    made = machines.submit(seeds=(0, 1))
    machines.wait(made, "finished")
    second = machines.dispatch("local")
    lock = DatabaseLock(machines.store.database)
    assert not lock.acquire()
    long = machines.submit(LONG)
    until(lambda: machines.store.run(long.runs[0].id).step > 5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    again = machines.submit(seeds=(2,))
    for run in machines.wait(again, "finished"):
        whole(machines, run)
    assert second.poll() is None
    machines.store.cancel(None, long.id)
    machines.wait(long, "cancelled")
    assert machines.store.run(long.runs[0].id).attempt == 1


def test_postgresql_is_restarted_and_no_step_is_lost(machines, postgres):
    machines.dispatch("local")
    long = machines.submit(LONG)
    id = long.runs[0].id
    until(lambda: machines.store.run(id).step > 20)
    seen = machines.store.run(id).step
    postgres.stop()
    time.sleep(1)
    postgres.start()
    until(lambda: machines.store.run(id).step > seen + 50)
    run = machines.store.run(id)
    assert (run.state, run.attempt) == ("running", 1)
    machines.store.cancel(None, long.id)
    machines.wait(long, "cancelled")
    steps = [record.step for record in machines.store.points(id).steps]
    assert steps == list(range(1, len(steps) + 1))


REPLICA = """
import sys, time
from tests.runs.rig import LONG, tiny
from viz_models.runs import client
client.ready()
print(client.store().submit("ann", tiny(LONG), "k").runs[0].id, flush=True)
print(client.vote("question", "ann", "yes"), flush=True)
while True:
    client.store().experiments("ann")
    time.sleep(0.05)
"""


def test_a_web_server_is_killed_and_its_peoples_runs_and_votes_go_on(machines):
    """What a page does, in a process of its own; whoever comes back finds it on another server."""
    machines.dispatch("local")
    command = [sys.executable, "-c", REPLICA]
    replica = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    id = replica.stdout.readline().strip()
    assert replica.stdout.readline().strip() == "True"
    until(lambda: machines.store.run(id).step > 5)
    replica.kill()
    replica.communicate()
    seen = machines.store.run(id).step
    until(lambda: machines.store.run(id).step > seen + 50)
    assert (machines.store.run(id).state, machines.store.run(id).attempt) == ("running", 1)
    votes.cast(machines.store.database, "question", "bob", "no", "")
    assert votes.count(machines.store.database, "question") == {"yes": 1, "no": 1}
    assert votes.of(machines.store.database, "question", "ann") == "yes"
    (mine,) = machines.store.experiments("ann")
    machines.store.cancel("ann", mine.id)
    machines.wait(mine, "cancelled")
    steps = [record.step for record in machines.store.points(id).steps]
    assert steps == list(range(1, len(steps) + 1))


def test_ray_computes_each_run_once_and_all_of_it(cluster):
    cluster.dispatch("ray")
    many, few = cluster.submit(seeds=tuple(range(6))), cluster.submit(owner="bob")
    for made in (many, few):
        for run in cluster.wait(made, "finished"):
            assert run.attempt == 1
            whole(cluster, run)


def test_sixty_people_at_once_have_their_turns_in_a_fair_order(cluster):
    """Ann's ten runs come first and her second one after everybody's first."""
    many = cluster.submit(seeds=tuple(range(10)), owner="ann")
    with ThreadPoolExecutor(20) as pool:
        others = list(pool.map(lambda i: cluster.submit(owner=f"person {i}"), range(59)))
    begin = time.monotonic()
    cluster.dispatch("ray")
    ended = [run for made in (many, *others) for run in cluster.wait(made, "finished")]
    took = time.monotonic() - begin
    busy = sum(run.ended - run.started for run in ended) / 2  # the least that two slots need
    say(f"69 runs of 60 people on 2 slots of Ray: {took:.0f} s, of which the runs alone {busy:.0f}")
    assert {run.attempt for run in ended} == {1}
    for run in ended:
        whole(cluster, run)
    mine = sorted(run.started for run in ended if run.experiment == many.id)
    theirs = sorted(run.started for run in ended if run.experiment != many.id)
    assert mine[0] <= theirs[1]
    assert sum(when < theirs[-2] for when in mine) <= 2  # two slots are free at once


def worker_of(id):
    """The process of Ray that computes a run."""
    name = f"{TASK} {id[:12]}"
    there = psutil.process_iter(["cmdline"])  # None of a process that ends just now
    (worker,) = [p for p in there if name in " ".join(p.info["cmdline"] or ())]
    return worker


def test_ray_cancels_kills_and_says_why(cluster):
    cluster.dispatch("ray")
    long = cluster.submit(LONG, seeds=(0, 1))
    ids = [run.id for run in long.runs]
    until(lambda: all(cluster.store.run(id).step > 5 for id in ids), patience=240)
    worker_of(ids[0]).kill()
    until(lambda: cluster.store.run(ids[0]).state in ENDED)
    assert cluster.store.run(ids[0]).state == "failed"
    assert "worker died" in cluster.store.run(ids[0]).reason
    cluster.store.cancel(None, long.id)
    until(lambda: cluster.store.run(ids[1]).state == "cancelled")
    cluster.store.resume(None, long.id)
    until(lambda: all(cluster.store.run(id).state == "running" for id in ids), patience=240)
    cluster.store.cancel(None, long.id)
    cluster.wait(long, "cancelled")


def test_a_worker_that_is_stopped_is_found_and_its_place_is_free_again(cluster):
    """Nobody hears of it from Ray: its run shows no sign of life."""
    cluster.dispatch("ray")
    long = cluster.submit(LONG, seeds=(0, 1))
    ids = [run.id for run in long.runs]
    until(lambda: all(cluster.store.run(id).step > 5 for id in ids), patience=240)
    worker = worker_of(ids[0])
    worker.send_signal(signal.SIGSTOP)
    until(lambda: cluster.store.run(ids[0]).state == "lost", patience=60)
    assert "no sign of life" in cluster.store.run(ids[0]).reason
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, patience=60)
    next_one = cluster.submit()  # the other node computes the other run all the time
    for run in cluster.wait(next_one, "finished"):
        whole(cluster, run)
    other = cluster.store.run(ids[1])
    assert (other.state, other.reason) == ("running", "")
    kept = [record.step for record in cluster.store.points(ids[0]).steps]
    cluster.store.resume(None, long.id)
    until(lambda: cluster.store.run(ids[0]).step > kept[-1], patience=240)
    steps = [record.step for record in cluster.store.points(ids[0]).steps]
    assert steps == list(range(1, len(steps) + 1))
    cluster.store.cancel(None, long.id)


def test_a_node_that_dies_and_a_dispatcher_that_dies_lose_no_step(cluster):
    dispatcher = cluster.dispatch("ray")
    long = cluster.submit(LONG, seeds=(0, 1))
    ids = [run.id for run in long.runs]
    until(lambda: all(cluster.store.run(id).step > 5 for id in ids), patience=240)
    cluster.ray.kill_node()
    until(lambda: any(cluster.store.run(id).state in ENDED for id in ids), patience=240)
    gone, here = sorted(ids, key=lambda id: cluster.store.run(id).state == "running")
    assert cluster.store.run(gone).state in ("lost", "failed")
    assert cluster.store.run(here).state == "running"
    dispatcher.kill()
    dispatcher.wait()
    cluster.dispatch("ray")
    until(lambda: cluster.store.run(here).state == "lost", patience=240)
    assert cluster.store.run(here).reason.endswith("resume it from its last checkpoint")
    for id in ids:
        steps = [record.step for record in cluster.store.points(id).steps]
        assert steps == list(range(1, len(steps) + 1))
    after = cluster.submit()
    for run in cluster.wait(after, "finished"):
        whole(cluster, run)
