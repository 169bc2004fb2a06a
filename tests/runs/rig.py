"""Real dispatchers and workers for tests, and what is done to them."""

import os
import signal
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path

from viz_models.records.train.experiments import (
    Arm,
    Budget,
    DigitsNetSpec,
    ExperimentSpec,
    OptimizerSpec,
    RunSpec,
    StepRecord,
)
from viz_models.records.train.runs import ENDED
from viz_models.runs import client, presence, processes

PATIENCE_S = 90.0  # a worker that must first import torch, on a machine with other work
TINY = RunSpec(
    model=DigitsNetSpec(widths=(4,)),
    optimizer=OptimizerSpec(lr=0.05),
    batch_size=8,
    budget=Budget(amount=60, unit="steps"),
    device="cpu",
)
LONG = replace(TINY, budget=Budget(amount=1_000_000, unit="steps"))


def tiny(run=TINY, seeds=(0,), name="tiny"):
    return ExperimentSpec(name=name, arms=(Arm(label="a", run=run),), seeds=seeds)


def records(first, last):
    """What a run could tell."""
    return [
        StepRecord(step=i, samples=8 * i, loss=2.0 / i, accuracy=0.5)
        for i in range(first, last + 1)
    ]


def say(text):
    """A figure for whoever runs `make faults`."""
    sys.stdout.write(f"\n{text}\n")


def until(true, patience=PATIENCE_S, every=0.02, instead=lambda: "not so"):
    """Wait until it is so; returns the seconds. `instead`: what to say when it never was."""
    begin = time.monotonic()
    while not true():
        waited = time.monotonic() - begin
        assert waited < patience, f"{instead()} after {waited:.1f} s"
        time.sleep(every)
    return time.monotonic() - begin


class Rig:
    """One machine: a folder, whoever runs there, and ways to hurt them."""

    def __init__(self, folder, monkeypatch):
        folder.mkdir()
        self.folder, self._patch = folder, monkeypatch
        self.set(HOME=folder, LINGER_S=0.5, SLOTS=1, DATABASE="", HOSTED="")
        self.set(VERSION=1)  # whoever edits the code meanwhile starts no newer dispatcher
        presence.version.cache_clear()
        self._seen = set()

    def set(self, **values):
        """FORWARD_PASS_... for whatever starts from now on."""
        for name, value in values.items():
            self._patch.setenv(f"FORWARD_PASS_{name}", str(value))

    @property
    def store(self):
        return client.store()

    def start(self, spec=None, owner="local"):
        """Submit an experiment and see to a dispatcher; returns the id of its first run."""
        made = self.store.submit(owner, spec or tiny(), uuid.uuid4().hex)
        self.look()
        return made.runs[0].id

    def look(self):
        """What everybody who watches does."""
        client.ready()
        self._seen |= {name for name in (self.dispatcher(), *self.workers()) if name}

    def run(self, id):
        self.look()
        return client.store().run(id)

    def wait(self, id, *states, patience=PATIENCE_S):
        """Wait for a state; returns the run."""
        until(lambda: self.run(id).state in states, patience, instead=lambda: self.run(id))
        return client.store().run(id)

    def wait_for_steps(self, id, steps=1, patience=PATIENCE_S):
        """Wait until so many are stored."""

        def told():
            run = self.run(id)
            assert run.state not in ENDED, f"{run.state}: {run.reason}"
            return run.step >= steps

        until(told, patience)

    def steps(self, id):
        return [record.step for record in client.store().points(id).steps]

    def dispatcher(self):
        """Name of the process; empty if there is none."""
        lock = presence.dispatcher_lock()
        return lock.words().get("process", "") if lock.held() else ""

    def workers(self):
        """Names of the processes that compute, or have computed."""
        return [row.handle for row in self.store.work.alive() if row.handle]

    def worker(self, id):
        return next(row.handle for row in self.store.work.alive() if row.run == id)

    def signal(self, name, number=signal.SIGKILL):
        os.kill(processes.pid_of(name), number)

    def stop(self):
        """Kill the dispatcher; returns when those that it started have gone, too.

        One of them could start the next dispatcher, with the settings that they have.
        """
        if name := self.dispatcher():
            self.signal(name)
        until(lambda: not self.children(), instead=self.children)

    def children(self):
        """Names of all processes that belong to this home."""
        found = []
        own = f"FORWARD_PASS_HOME={self.folder}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                said = (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes()
            except OSError:  # it has ended meanwhile
                continue
            if own in said and b"viz_models.runs" in command:
                found.append(processes.name_of(int(entry.name)))
        return [name for name in found if name]

    def end(self):
        """Let nothing of it live on."""
        for name in self.children() if Path("/proc/self").is_dir() else self._seen:
            processes.kill(name)
