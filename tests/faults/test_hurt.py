"""Runs that hang, overflow, diverge or are cancelled (F5, F6, F8, F9, F11, F15)."""

import resource
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.runs.rig import LONG, TINY, say, tiny, until
from viz_models.records import Budget, ConvSpec, DigitsNetSpec, OptimizerSpec
from viz_models.runs import client, files, limits, processes
from viz_models.runs.home import DATABASE_FILE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CANCELLED_S = 2.0
LEASE_S = 3.0


@pytest.fixture(scope="module", autouse=True)
def short_leases(rig):
    rig.set(LEASE_S=LEASE_S)


def hang(rig, worker, *, in_commit):
    """Stop a worker between two commits, or within one: then it holds SQLite's lock."""
    while True:
        rig.signal(worker, signal.SIGSTOP)
        if locked(rig) == in_commit:
            return
        rig.signal(worker, signal.SIGCONT)
        time.sleep(0.01)


def locked(rig):
    """Whether nobody can write for half a second."""
    store = sqlite3.connect(rig.folder / DATABASE_FILE, timeout=0.5, isolation_level=None)
    with closing(store):
        try:
            store.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def test_f5_a_run_that_hangs_is_lost_before_its_lease_ends_and_others_go_on(rig):
    id, other = rig.start(tiny(LONG)), rig.start(tiny(LONG))
    rig.wait_for_steps(id, 50)
    rig.wait_for_steps(other, 5)
    worker = rig.worker(id)
    (row,) = (row for row in rig.store.work.alive() if row.run == id)
    hang(rig, worker, in_commit=False)
    shown = until(lambda: rig.run(id).state == "lost")
    say(f"F5: hung run shown after {shown:.2f} s, lease {row.lease:.1f} s")
    assert shown <= row.lease + 3
    assert "stopped" in client.store().run(id).reason
    until(lambda: not processes.alive(worker), 2)
    seen = client.store().run(other).step
    until(lambda: client.store().run(other).step > seen + 10)
    assert client.store().run(other).attempt == 1


def test_f5_a_run_that_hangs_within_a_commit_is_killed_and_others_go_on(rig):
    id, other = rig.start(tiny(LONG)), rig.start(tiny(LONG))
    rig.wait_for_steps(id, 50)
    rig.wait_for_steps(other, 5)
    worker = rig.worker(id)
    hang(rig, worker, in_commit=True)
    shown = until(lambda: not processes.alive(worker))
    say(f"F5: hung within a commit, killed after {shown:.2f} s")
    until(lambda: rig.run(id).state == "lost")
    assert "stopped" in rig.run(id).reason
    seen = rig.run(other).step
    until(lambda: rig.run(other).step > seen + 10)
    assert rig.run(other).attempt == 1


def limit(worker, what, most):
    """What a full disk or too little memory does to a process, on a live one."""
    resource.prlimit(processes.pid_of(worker), what, (most, resource.RLIM_INFINITY))


def test_f6_the_disk_is_full(rig):
    id = rig.start(tiny(LONG))
    until(lambda: rig.run(id).step and files.checkpoints(rig.store.folder, id))
    kept = files.last_checkpoint(rig.store.folder, id)[0]
    limit(rig.worker(id), resource.RLIMIT_FSIZE, 512)
    run = rig.wait(id, "failed")
    assert run.reason.startswith(("disk full", "the disk is full", "the run store"))
    assert files.load_checkpoint(kept) or files.last_checkpoint(rig.store.folder, id)
    steps = rig.steps(id)
    assert steps == list(range(1, len(steps) + 1))
    next_one = rig.start()
    assert rig.wait(next_one, "finished").attempt == 1
    client.resume(None, id)
    rig.wait_for_steps(id, len(steps) + 5)


def test_f8_memory_runs_out(rig):
    # activations of more than 32 MB, which the C library asks the system for at each step
    steps = Budget(amount=10_000, unit="steps")
    big = replace(LONG, model=DigitsNetSpec(widths=(160, 16)), batch_size=1400, budget=steps)
    id, next_one = rig.start(tiny(big)), rig.start()
    rig.wait_for_steps(id, 1)
    worker = rig.worker(id)
    limit(worker, resource.RLIMIT_AS, 2**20)
    run = rig.wait(id, "failed")
    assert "out of memory" in run.reason or "worker died" in run.reason
    until(lambda: not processes.alive(worker))
    assert rig.wait(next_one, "finished").attempt == 1


def test_f8_more_memory_than_the_limit(rig):
    rig.stop()
    rig.set(MEMORY_GIB=0.05)
    try:
        id = rig.start(tiny(LONG))
        assert rig.wait(id, "failed").reason == "out of memory: more than the limit of 0.05 GiB"
    finally:
        rig.set(MEMORY_GIB="")
        rig.stop()


def test_f8_the_limit_counts_every_worker_of_a_run(rig):
    """The second one alone holds more than is left."""
    whole = rig.start(tiny(LONG))
    rig.wait_for_steps(whole, 1)
    one = processes.memory(rig.worker(whole)) / limits.GIB
    cancelled_after(rig, whole)
    rig.stop()
    rig.set(MEMORY_GIB=1.5 * one)
    try:
        net = DigitsNetSpec(norm="none", widths=(4,))
        team = rig.start(tiny(replace(LONG, model=net, workers=2)))
        assert "out of memory: more than the limit" in rig.wait(team, "failed").reason
    finally:
        rig.set(MEMORY_GIB="")
        rig.stop()


def cancelled_after(rig, id):
    client.store().cancel("local", id)
    return until(lambda: rig.run(id).state == "cancelled", instead=lambda: rig.run(id))


def test_f9_cancel_what_is_queued_starting_or_running(rig, count, within):
    running = [rig.start(tiny(LONG)) for _ in range(2)]
    for id in running:
        rig.wait_for_steps(id, 1)
    queued = rig.start()
    seconds = {"queued": [cancelled_after(rig, queued)]}
    seconds["running"] = [cancelled_after(rig, id) for id in running]
    for _ in range(count(2, 20)):
        id = rig.start(tiny(LONG))
        until(lambda: rig.run(id).state in ("starting", "running"))  # noqa: B023 (at once)
        seconds.setdefault("starting", []).append(cancelled_after(rig, id))
    say("F9: " + ", ".join(f"{name} {max(s):.2f} s" for name, s in seconds.items()))
    assert max(map(max, seconds.values())) <= within(CANCELLED_S)
    assert rig.store.work.alive() == []
    assert rig.wait(rig.start(), "finished").attempt == 1


def test_f9_cancel_while_checkpoints_are_written(rig, within):
    big = ConvSpec(depths=(2, 2), widths=(64, 128), in_channels=1, size=8, classes=10)
    id = rig.start(tiny(replace(LONG, model=big)))
    until(lambda: rig.run(id).step and files.checkpoints(rig.store.folder, id))
    assert cancelled_after(rig, id) <= within(CANCELLED_S)
    assert files.last_checkpoint(rig.store.folder, id)


def test_f9_a_worker_that_does_not_listen_is_killed(rig, within):
    id = rig.start(tiny(LONG))
    rig.wait_for_steps(id, 1)
    worker = rig.worker(id)
    hang(rig, worker, in_commit=False)  # within one, the run may be given up before the cancel
    seconds = cancelled_after(rig, id)
    say(f"F9: deaf run cancelled after {seconds:.2f} s")
    assert seconds <= within(CANCELLED_S + 0.5)
    until(lambda: not processes.alive(worker), 1)


CLICK = """
from tests.runs.rig import tiny
from viz_models.runs import client
for _ in range(10):
    print(client.store().submit("local", tiny(), "double").id)
"""


def test_f11_a_double_click_starts_one_run(rig):
    def click(_):
        return subprocess.run(
            [sys.executable, "-c", CLICK], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()

    with ThreadPoolExecutor(5) as pool:
        ids = {id for told in pool.map(click, range(5)) for id in told}
    assert len(ids) == 1
    (id,) = ids
    (run,) = client.experiment(id).runs
    assert rig.wait(run.id, "finished").attempt == 1
    assert len([e for e in client.store().experiments(None) if e.id == id]) == 1


def test_f15_a_loss_that_is_no_number(rig):
    wild = replace(TINY, optimizer=OptimizerSpec(name="sgd", lr=1e9))
    id = rig.start(tiny(wild))
    run = rig.wait(id, "diverged")
    steps = client.store().points(id).steps
    assert run.reason == f"the loss is no number any more at step {steps[-1].step}"
    assert steps[-1].state == "diverged"
    assert [s.step for s in steps] == list(range(1, len(steps) + 1))
    assert rig.wait(rig.start(), "finished").attempt == 1


def test_pause_resume_and_stop_early(rig):
    id = rig.start(tiny(LONG))
    rig.wait_for_steps(id, 20)
    client.store().pause("local", id)
    paused = rig.wait(id, "paused")
    time.sleep(0.5)
    assert client.store().run(id).step == paused.step
    client.resume("local", id)
    rig.wait_for_steps(id, paused.step + 10)
    client.store().stop("local", id)
    run = rig.wait(id, "finished")
    assert run.reason == f"stopped at step {run.step}"
    assert run.accuracy is not None
    assert run.attempt == 2
    assert rig.steps(id) == list(range(1, run.step + 1))


def test_too_long_a_run_is_ended(rig):
    rig.stop()
    rig.set(WALL_S=20)
    try:
        run = rig.wait(rig.start(tiny(LONG)), "timed_out")
        assert run.reason == "longer than the limit of 20 s"
    finally:
        rig.set(WALL_S="")
        rig.stop()
