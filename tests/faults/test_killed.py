"""Workers, dispatchers and apps that are killed (F1, F2, F3, F10). Real processes and signals."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.runs.rig import LONG, TINY, say, tiny, until
from viz_models.records.train.experiments import Budget
from viz_models.runs import client, files, presence, processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SHOWN_S = 3.0  # a dead run is shown dead

APP = """
import sys, time
from tests.runs.rig import LONG, TINY, tiny
from viz_models.runs import client
for i in range(int(sys.argv[1])):
    client.ready()
    print(client.store().submit("local", tiny(LONG if i == 0 else TINY), str(i)).runs[0].id)
sys.stdout.flush()
while True:
    client.store().experiments(None)
    time.sleep(0.1)
"""


def reference(spec):
    """The curve of a run that nothing happens to."""
    from viz_models.training.loop.loop import train

    return [(r.step, r.loss, r.accuracy, r.gradient_norm) for r in train(spec)]


def curve(id):
    return [(r.step, r.loss, r.accuracy, r.gradient_norm) for r in client.store().points(id).steps]


def goes_on(run, before):
    """Whether it has taken another step, or was killed after its last."""
    return run.step > before or run.state == "finished"


def whole_checkpoint(rig, id):
    from viz_models.training.loop import checkpoints

    _, parts = files.last_checkpoint(rig.store.folder, id)
    return checkpoints.from_files(parts)


@pytest.mark.faults
def test_f1_a_worker_is_killed_again_and_again(rig, count, within):
    kills, dice = count(3, 100), random.Random(0)
    spec = replace(TINY, budget=Budget(amount=1500 * kills, unit="steps"))
    id = rig.start(tiny(spec))
    shown, reused = [], []
    for _ in range(kills):
        before = rig.run(id).step
        reused.append(until(lambda: goes_on(rig.run(id), before)))  # noqa: B023 (called at once)
        time.sleep(dice.uniform(0.1, 2.0))
        if rig.run(id).state != "running":
            break
        stored = rig.run(id).step  # acknowledged: a page may have drawn it
        rig.signal(rig.worker(id))
        seconds = until(lambda: rig.run(id).state in ("failed", "finished"))
        if rig.run(id).state == "finished":
            break  # just before the signal
        shown.append(seconds)
        assert "worker died: killed" in rig.run(id).reason
        assert rig.steps(id)[:stored] == list(range(1, stored + 1))
        if files.checkpoints(rig.store.folder, id):
            assert whole_checkpoint(rig, id).done.step <= rig.run(id).step
        client.resume(None, id)
    rig.wait(id, "finished", patience=600)
    assert curve(id) == reference(spec)
    say(f"F1: {len(shown)} kills, shown dead after {max(shown):.2f} s at most")
    say(f"F1: computing again after {sorted(reused[1:])[len(reused[1:]) // 2]:.2f} s (median)")
    assert max(shown) <= within(SHOWN_S)


def test_f2_the_app_is_killed_with_all_of_its_group(rig):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    app = subprocess.Popen(
        [sys.executable, "-c", APP, "10"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    ids = [app.stdout.readline().strip() for _ in range(10)]
    rig.wait_for_steps(ids[0], 20)
    before = rig.worker(ids[0])
    os.killpg(app.pid, signal.SIGKILL)
    app.wait()
    app.stdout.close()
    seen = client.store().run(ids[0]).step
    until(lambda: client.store().run(ids[0]).step > seen + 20)
    assert rig.worker(ids[0]) == before
    for id in ids[1:]:
        assert rig.wait(id, "finished").attempt == 1
        assert rig.steps(id) == list(range(1, 61))
    steps = rig.steps(ids[0])
    assert steps == list(range(1, len(steps) + 1))
    assert client.store().run(ids[0]).attempt == 1


def test_f3_the_dispatcher_is_killed_and_the_next_one_adopts(rig, within):
    id = rig.start(tiny(LONG))
    rig.wait_for_steps(id, 20)
    worker, dispatcher = rig.worker(id), rig.dispatcher()
    rig.signal(dispatcher)
    until(lambda: not processes.alive(dispatcher))
    back = until(lambda: rig.look() or rig.dispatcher() not in ("", dispatcher))
    seen = client.store().run(id).step
    until(lambda: client.store().run(id).step > seen + 20)
    run = client.store().run(id)
    assert (run.state, run.attempt) == ("running", 1)
    assert rig.worker(id) == worker
    rig.signal(worker)
    shown = until(lambda: rig.run(id).state == "lost")
    say(f"F3: next dispatcher after {back:.2f} s; dead adopted run shown after {shown:.2f} s")
    assert back <= within(5)
    assert shown <= within(SHOWN_S)
    client.resume(None, id)
    rig.wait_for_steps(id, client.store().run(id).step + 5)


def test_f3_killed_between_claim_and_start_nothing_is_lost_or_started_twice(rig):
    job = None
    made = rig.store.submit("local", tiny(), "never started")
    until(lambda: rig.dispatcher() or rig.look())
    rig.signal(rig.dispatcher())
    until(lambda: not rig.dispatcher())
    run = made.runs[0].id
    if rig.store.run(run).state == "queued":
        job = rig.store.work.claim()  # as a dispatcher does just before it dies
        assert job.run == run
    assert rig.wait(run, "finished").attempt >= (2 if job else 1)
    assert rig.steps(run) == list(range(1, 61))


def test_f3_everything_is_killed(rig, within):
    id = rig.start(tiny(LONG))
    rig.wait_for_steps(id, 20)
    stored = client.store().run(id).step
    for name in rig.children():
        processes.kill(name)
    shown = until(lambda: rig.run(id).state == "lost")
    say(f"F4: after everything was killed, shown lost after {shown:.2f} s")
    assert shown <= within(10)
    steps = rig.steps(id)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) >= stored
    client.resume(None, id)
    rig.wait_for_steps(id, len(steps) + 5)
    assert rig.steps(id)[: len(steps)] == steps


def test_f10_whoever_watches_sees_the_same(rig):
    id = rig.start(tiny(replace(TINY, budget=Budget(amount=1500, unit="steps"))))
    rig.wait_for_steps(id, 1)
    told, after = [], 0
    while rig.run(id).state not in ("finished",):
        news = client.store().points(id, after)
        told += news.steps
        after = news.after
        time.sleep(0.1)  # now and then nothing is asked for: a lost connection
        if len(told) > 500:
            time.sleep(1.0)
    told += client.store().points(id, after).steps
    another = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from viz_models.runs import client;"
            "print([(r.step, r.loss) for r in client.store().points(sys.argv[1]).steps])",
            id,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert another.stdout.strip() == str([(r.step, r.loss) for r in told])
    assert [r.step for r in told] == list(range(1, 1501))
    assert client.store().run(id).attempt == 1


def test_one_dispatcher_however_many_ask(rig):
    presence.ensure()
    until(rig.dispatcher)
    first = rig.dispatcher()
    ask = [sys.executable, "-c", "from viz_models.runs import client; client.ready()"]
    askers = [subprocess.Popen(ask, cwd=ROOT) for _ in range(4)]
    assert [asker.wait() for asker in askers] == [0] * 4
    time.sleep(0.5)
    assert rig.dispatcher() == first
    commands = [name for name in rig.children() if is_dispatcher(name)]
    assert commands == [first]


def is_dispatcher(name):
    with open(f"/proc/{processes.pid_of(name)}/cmdline", "rb") as file:  # noqa: PTH123
        return b"dispatcher" in file.read()
