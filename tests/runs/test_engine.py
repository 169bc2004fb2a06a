"""The contract of an engine; every implementation must pass. Real processes, real signals."""

import os
import signal
from dataclasses import replace

import psutil
import pytest

from scripts.ray_cluster import RayCluster
from tests.runs.rig import LONG, TINY, Rig, tiny, until
from viz_models.records.train.experiments import DataSpec, DigitsNetSpec
from viz_models.runs import processes
from viz_models.runs.engine import LocalEngine
from viz_models.runs.store import Store

SPLIT = replace(TINY, model=DigitsNetSpec(norm="none", widths=(4,)))  # no means over a part
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KINDS = ["local", pytest.param("ray", marks=pytest.mark.cluster)]


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    """Workers of this machine with SQLite, or a node of Ray with PostgreSQL."""
    return request.param


@pytest.fixture(scope="module")
def rig(tmp_path_factory, kind, request):
    with pytest.MonkeyPatch.context() as patch:
        made = Rig(tmp_path_factory.mktemp("machine") / "home", patch)
        if kind == "ray":
            request.getfixturevalue("ray_is_here")
            made.set(DATABASE=request.getfixturevalue("postgres").add_schema("engine"))
        yield made
        made.store.close()
        made.end()


@pytest.fixture(scope="module")
def engine(rig, kind):
    if kind == "local":
        made = LocalEngine(1)
        yield made
        made.close()
        return
    nodes = RayCluster()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in nodes.environment.items():
            patch.setenv(name, value)
        try:
            from viz_models.runs.cluster.ray_engine import RayEngine  # reads the token

            nodes.add_node(cpus=2)
            made = RayEngine(nodes.address)
            yield made
            made.close()
        finally:
            nodes.close()


@pytest.fixture
def local_only(kind):
    """What an engine promises whose workers outlive it; Ray ends its tasks with their driver."""
    if kind == "ray":
        pytest.skip("tasks of Ray end with the process that asked for them")


def process(job, handle):
    """Who computes an attempt; None where nobody does."""
    if not handle.startswith("ray:"):
        return psutil.Process(processes.pid_of(handle)) if processes.alive(handle) else None
    name = f"ray::run {job.run[:12]}"
    there = psutil.process_iter(["cmdline", "status"])
    found = [p for p in there if name in " ".join(p.info["cmdline"] or ())]
    return next((p for p in found if p.info["status"] != psutil.STATUS_ZOMBIE), None)


def claimed(store, run=TINY):
    store.submit("ann", tiny(run), os.urandom(8).hex())
    return store.work.claim()


def ended(engine, handle):
    found = []
    until(lambda: found.append(engine.poll(handle)) or found[-1])
    return found[-1]


def begun(store, job, step=1):
    until(lambda: store.run(job.run).step >= step)


def test_a_run_is_computed_and_settled(engine, rig):
    job = claimed(rig.store)
    handle = engine.start(job)
    assert engine.poll(handle) is None
    assert ended(engine, handle) == ("finished", "")
    until(lambda: rig.store.run(job.run).state == "finished")
    assert rig.steps(job.run) == list(range(1, 61))
    assert rig.store.run(job.run).accuracy is not None
    assert rig.store.run(job.run).device == "cpu, 1 thread, fp32"


def test_one_after_the_other_gives_the_same_curve(engine, rig):
    curves = []
    for _ in range(2):
        job = claimed(rig.store)
        ended(engine, engine.start(job))
        steps = rig.store.points(job.run).steps
        curves.append([(s.loss, s.accuracy, s.gradient_norm) for s in steps])
    assert curves[0] == curves[1]


def test_a_killed_run_has_failed_at_once_and_the_next_one_runs(engine, rig):
    job = claimed(rig.store, LONG)
    handle = engine.start(job)
    begun(rig.store, job)
    engine.kill(handle)
    state, reason = ended(engine, handle)
    assert state == "failed"
    assert reason.startswith("worker died: ")
    until(lambda: process(job, handle) is None)
    engine.kill(handle)
    assert ended(engine, engine.start(claimed(rig.store))).state == "finished"


def test_a_handle_of_nobody_is_lost(engine):
    assert engine.poll("nobody").state == "lost"
    engine.kill("nobody")


def test_another_engine_understands_a_handle(engine, rig, local_only):
    job = claimed(rig.store, LONG)
    handle = engine.start(job)
    begun(rig.store, job)
    other = type(engine)(1)
    try:
        assert other.poll(handle) is None
        other.kill(handle)
        until(lambda: not processes.alive(handle))
        assert ended(other, handle).state in ("lost", "failed")
    finally:
        other.close()


def test_a_run_of_two_workers_ends_with_both_of_its_processes(engine, rig):
    whole = claimed(rig.store, SPLIT)
    ended(engine, engine.start(whole))
    job = claimed(rig.store, replace(SPLIT, workers=2))
    assert ended(engine, engine.start(job)) == ("finished", "")
    pairs = zip(rig.store.points(whole.run).steps, rig.store.points(job.run).steps, strict=True)
    assert all(two.loss == pytest.approx(one.loss, rel=1e-5) for one, two in pairs)
    long = claimed(rig.store, replace(LONG, workers=2))
    handle = engine.start(long)
    begun(rig.store, long)
    children = process(long, handle).children()
    (member,) = [p for p in children if "team_member" in " ".join(p.cmdline())]
    engine.kill(handle)
    until(lambda: not member.is_running() or member.status() == psutil.STATUS_ZOMBIE)


def test_what_cannot_run_says_why(engine, rig):
    bad = DataSpec(name="folder", folder=str(rig.folder / "nowhere"))
    state, reason = ended(engine, engine.start(claimed(rig.store, TINY.__class__(data=bad))))
    assert state == "failed"
    assert reason
    assert "\n" not in reason


def test_a_hung_worker_is_killed_all_the_same(engine, rig):
    job = claimed(rig.store, LONG)
    handle = engine.start(job)
    begun(rig.store, job)
    hung = process(job, handle)
    hung.send_signal(signal.SIGSTOP)
    assert engine.poll(handle) is None
    engine.kill(handle)
    assert ended(engine, handle).state == "failed"
    until(lambda: process(job, handle) is None)


def test_a_second_store_sees_all_of_it(engine, rig):
    job = claimed(rig.store)
    ended(engine, engine.start(job))
    other = Store()
    assert other.points(job.run) == rig.store.points(job.run)
    other.close()


def test_a_closed_engine_leaves_its_run_alone_but_no_idle_process(engine, rig, local_only):
    job = claimed(rig.store)
    handle = engine.start(job)
    begun(rig.store, job)
    engine.close()
    until(lambda: rig.store.run(job.run).state == "finished")
    until(lambda: not processes.alive(handle))
    until(lambda: rig.children() == [])


def test_the_cause_of_a_death_is_told_to_whoever_asks_last(rig, local_only):
    engine = LocalEngine(2)
    try:
        handles = [engine.start(claimed(rig.store, LONG)) for _ in range(2)]
        until(lambda: all(processes.alive(h) for h in handles))
        rig.signal(handles[0])
        until(lambda: not processes.alive(handles[0]))
        assert engine.poll(handles[1]) is None
        assert engine.poll(handles[0]).state == "failed"
        engine.kill(handles[1])
    finally:
        engine.close()
