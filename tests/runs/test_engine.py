"""The contract of an engine; every implementation must pass. Real processes, real signals."""

import os
import signal
from dataclasses import replace

import psutil
import pytest

from tests.runs.rig import LONG, TINY, Rig, tiny, until
from viz_models.records.train.experiments import DataSpec, DigitsNetSpec
from viz_models.runs import processes
from viz_models.runs.engine import LocalEngine
from viz_models.runs.store import Store

ENGINES = {"local": LocalEngine}  # slots -> engine; one on other machines is one more entry
SPLIT = replace(TINY, model=DigitsNetSpec(norm="none", widths=(4,)))  # no means over a part
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made = Rig(tmp_path_factory.mktemp("machine") / "home", patch)
        yield made
        made.end()


@pytest.fixture(scope="module", params=ENGINES.values(), ids=ENGINES)
def engine(request, rig):
    made = request.param(1)
    yield made
    made.close()


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
    assert not processes.alive(handle)
    engine.kill(handle)
    assert ended(engine, engine.start(claimed(rig.store))).state == "finished"


def test_another_engine_understands_a_handle(engine, rig, request):
    job = claimed(rig.store, LONG)
    handle = engine.start(job)
    begun(rig.store, job)
    other = type(engine)(1)
    try:
        assert other.poll(handle) is None
        other.kill(handle)
        until(lambda: not processes.alive(handle))
        assert ended(other, handle).state in ("lost", "failed")
        assert other.poll("nobody").state == "lost"
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
    (member,) = psutil.Process(processes.pid_of(handle)).children()
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
    rig.signal(handle, signal.SIGSTOP)
    assert engine.poll(handle) is None
    engine.kill(handle)
    assert ended(engine, handle).state == "failed"


def test_a_second_store_sees_all_of_it(engine, rig):
    job = claimed(rig.store)
    ended(engine, engine.start(job))
    other = Store()
    assert other.points(job.run) == rig.store.points(job.run)
    other.close()


def test_a_closed_engine_leaves_its_run_alone_but_no_idle_process(engine, rig):
    job = claimed(rig.store)
    handle = engine.start(job)
    begun(rig.store, job)
    engine.close()
    until(lambda: rig.store.run(job.run).state == "finished")
    until(lambda: not processes.alive(handle))
    until(lambda: rig.children() == [])


def test_the_cause_of_a_death_is_told_to_whoever_asks_last(rig):
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
