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
    from viz_models.records.training import RunSpec

ROOT = Path(__file__).resolve().parents[1]
STEPS, ROUNDS, WATCHERS = 1200, 4, 3
WATCH = """
import sys, time
from viz_models.runs import client
after = 0
while True:
    client.experiment(sys.argv[1])
    after = client.points(sys.argv[2], after).after
    time.sleep(1)
"""
BARE = """
import json, sys, time
import torch
torch.set_num_threads(1)
import os
os.nice(5)
from viz_models.training import specs
from viz_models.training.loop import train
from viz_models.runs.worker import _warm
_warm()
begin = time.perf_counter()
for record in train(specs.run_from_json(json.loads(sys.argv[1]))):
    pass
print(record.step / (time.perf_counter() - begin))
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
        for _ in range(ROUNDS):
            rates["bare loop"].append(bare())
            rates["stored and watched"].append(watched())
        base = statistics.median(rates["bare loop"])
        body = [
            (name, f"{statistics.median(r):.0f}", f"{min(r):.0f}..{max(r):.0f}",
             f"{statistics.median(r) / base:.3f}x", str(len(r)))
            for name, r in rates.items()
        ]  # fmt: skip
        head = ("", "steps/s", "range", "ratio", "n")
        print_table(f"small-cnn on digits, 1 thread, {WATCHERS} watchers at 1 Hz", head, body)
        print(f"Start to first stored point: cold {cold:.2f} s, warm {min(warm):.2f} s")
        processes.kill(presence.dispatcher_lock().words().get("process", ""))
        client.store().close()


def spec(steps: int) -> "RunSpec":
    """The preset, for so many steps."""
    from viz_models.records.training import Budget
    from viz_models.training.presets import preset

    return replace(preset("small-cnn"), budget=Budget(amount=steps, unit="steps"))


def start(steps: int) -> tuple[str, str]:
    """(experiment, run): submitted to a dispatcher of its own."""
    from viz_models.records.training import Arm, ExperimentSpec
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
    while not client.points(run).steps:
        time.sleep(0.01)
    seconds = time.perf_counter() - begin
    finish(experiment)
    return seconds


def finish(experiment: str) -> None:
    """Wait until it has ended."""
    from viz_models.records.runs import ENDED
    from viz_models.runs import client

    while any(run.state not in ENDED for run in client.experiment(experiment).runs):
        time.sleep(0.1)


def bare() -> float:
    """Steps a second of the loop alone, in a process of its own."""
    from viz_models.training import specs

    text = json.dumps(specs.to_json(spec(STEPS)))
    told = subprocess.run(
        [sys.executable, "-c", BARE, text], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def watched() -> float:
    """Steps a second through dispatcher, worker and store, from claim to end."""
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
    told = client.run(run)
    assert told.state == "finished"
    assert told.started
    assert told.ended
    return told.step / (told.ended - told.started)
