"""A run as people start it, stored and watched, beside the same loop bare in a process."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import print_table

if TYPE_CHECKING:
    from viz_models.records.train.experiments import RunSpec

ROOT = Path(__file__).resolve().parents[1]
STEPS, ROUNDS, WATCHERS = 1200, 4, 3
CPU_STEPS, CPU_ROUNDS = 400, 8
WATCH = """
import sys, time
from viz_models.runs import client
after = 0
while True:
    client.experiment(sys.argv[1])
    after = client.store().points(sys.argv[2], after).after
    time.sleep(1)
"""
BARE = """
import json, sys, time
import torch
torch.set_num_threads(1)
import os
os.nice(5)
from viz_models.training import specs
from viz_models.training.loop.loop import train
from viz_models.runs.worker import _warm
_warm()
begin, computed = time.perf_counter(), time.process_time()
for record in train(specs.run_from_json(json.loads(sys.argv[1]))):
    pass
print(json.dumps([time.perf_counter() - begin, time.process_time() - computed]))
"""
# what a worker does with one job, its threads included
STORED = """
import json, sys, time
from pathlib import Path
import torch
from viz_models.records.training import Arm, ExperimentSpec
from viz_models.runs.store import Store
from viz_models.runs.worker import _warm, execute
from viz_models.training import specs
_warm()
store = Store(f"sqlite:///{sys.argv[2]}/own.sqlite", Path(sys.argv[2]) / "own", hosted=False)
run = specs.run_from_json(json.loads(sys.argv[1]))
store.submit("me", ExperimentSpec(arms=(Arm(label="", run=run),)), str(time.time()))
job = store.work.claim()
store.work.begin(job.run, job.attempt, "me")
begin, computed = time.perf_counter(), time.process_time()
assert execute(store, job).state == "finished"
print(json.dumps([time.perf_counter() - begin, time.process_time() - computed]))
"""


def main() -> None:
    """Print steps a second of both, and their ratio; and how soon a run tells its first point."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            FORWARD_PASS_HOME=folder, FORWARD_PASS_LINGER_S="1", FORWARD_PASS_SLOTS="1"
        )
        from viz_models.runs import client, presence, processes

        cold = first_point()
        warm = [first_point() for _ in range(3)]
        rates: dict[str, list[float]] = {"bare loop": [], "stored and watched": []}
        cpu: dict[str, list[float]] = {"bare loop": [], "stored": []}
        for _ in range(ROUNDS):
            rates["bare loop"].append(alone(BARE)[0])
            rates["stored and watched"].append(watched())
        for _ in range(CPU_ROUNDS):
            cpu["bare loop"].append(alone(BARE, CPU_STEPS)[1])
            cpu["stored"].append(alone(STORED, CPU_STEPS, folder)[1])
        print_rates(f"small-cnn, steps a second, {WATCHERS} watchers at 1 Hz", rates)
        print_rates("small-cnn, steps a second of the processor: other work counts less", cpu)
        print(f"Start to first stored point: cold {cold:.2f} s, warm {min(warm):.2f} s")
        processes.kill(presence.dispatcher_lock().words().get("process", ""))
        client.store().close()


def spec(steps: int) -> "RunSpec":
    """Return the preset, for so many steps."""
    from viz_models.records.train.experiments import Budget
    from viz_models.training.presets import preset

    return replace(preset("small-cnn"), budget=Budget(amount=steps, unit="steps"))


def start(steps: int) -> tuple[str, str]:
    """(experiment, run): submitted to a dispatcher of its own."""
    from viz_models.records.train.experiments import Arm, ExperimentSpec
    from viz_models.runs import client

    one = ExperimentSpec(arms=(Arm(label="", run=spec(steps)),))
    made = client.store().submit("local", one, uuid.uuid4().hex)
    client.ready()
    return made.id, made.runs[0].id


def first_point() -> float:
    """Seconds from Start to the first step that a page could read."""
    from viz_models.runs import client

    begin = time.perf_counter()
    experiment, run = start(50)
    while not client.store().points(run).steps:
        time.sleep(0.01)
    seconds = time.perf_counter() - begin
    finish(experiment)
    return seconds


def finish(experiment: str) -> None:
    """Wait until it has ended."""
    from viz_models.records.train.runs import ENDED
    from viz_models.runs import client

    while any(run.state not in ENDED for run in client.experiment(experiment).runs):
        time.sleep(0.1)


def alone(code: str, steps: int = STEPS, folder: str = "") -> tuple[float, float]:
    """Return steps a second, and a second of the processor, of code in a process of its own."""
    from viz_models.training import specs

    text = json.dumps(specs.to_json(spec(steps)))
    told = subprocess.run(
        [sys.executable, "-c", code, text, folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, computed = json.loads(told.stdout)
    return steps / seconds, steps / computed


def print_rates(title: str, rates: dict[str, list[float]]) -> None:
    """Medians; and the median of the ratios to the first, taken round by round."""
    bare = next(iter(rates.values()))
    body = [
        (
            name,
            f"{statistics.median(r):.0f}",
            f"{min(r):.0f}..{max(r):.0f}",
            f"{statistics.median(a / b for a, b in zip(r, bare, strict=True)):.3f}x",
            str(len(r)),
        )
        for name, r in rates.items()
    ]
    print_table(title, ("", "steps/s", "range", "ratio", "n"), body)


def watched() -> float:
    """Return steps a second through dispatcher, worker and store, from claim to end."""
    from viz_models.runs import client

    experiment, run = start(STEPS)
    watchers = [
        subprocess.Popen([sys.executable, "-c", WATCH, experiment, run], cwd=ROOT)
        for _ in range(WATCHERS)
    ]
    try:
        finish(experiment)
    finally:
        for watcher in watchers:
            watcher.kill()
            watcher.wait()
    told = client.store().run(run)
    assert told.state == "finished"
    assert told.started
    assert told.ended
    return told.step / (told.ended - told.started)
