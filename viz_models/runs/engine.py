"""Where runs compute: the seam, and the engine of one machine."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, NamedTuple, Protocol

from viz_models.language import N_
from viz_models.records.train.runs import StoredState
from viz_models.runs import presence, processes
from viz_models.runs.work_queue import Job
from viz_models.training import gpus

LOOK_S = 0.5  # between two looks after a process that is no child
RUNS_EACH = 20  # of one worker: importing torch takes seconds, and what leaks must end some time


class Outcome(NamedTuple):
    """How an attempt ended."""

    state: StoredState
    reason: str = ""


class Engine(Protocol):
    """Starts attempts, watches and kills them; knows nothing of the run store.

    A handle is a text that another engine of the same kind, in another process, understands too.
    """

    def slots(self) -> int:
        """How many attempts it can compute at a time now."""

    def start(self, job: Job) -> str:
        """Begin to compute, without waiting; returns the handle."""

    def poll(self, handle: str) -> Outcome | None:
        """How it ended; None as long as it goes on."""

    def kill(self, handle: str) -> None:
        """End it at once."""

    def rest(self) -> None:
        """Give back what waits for jobs that do not come."""

    def close(self) -> None:
        """Leave; no more attempts are started."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[str]
    name: str
    warm: bool = False  # it has imported everything and waits for a job
    taken: int = 0  # jobs
    device: str = ""  # the GPU of its job, if it was given one
    leaves: bool = False  # it has said that it takes no more
    said: list[Outcome] = field(default_factory=list)  # of each job that it has done

    @property
    def busy(self) -> bool:
        """Whether it has not yet said how its job ended."""
        return len(self.said) < self.taken

    @property
    def worn(self) -> bool:
        """Whether it takes no more: it has ended, or is about to."""
        return self.leaves or self.taken >= RUNS_EACH or self.process.poll() is not None


class LocalEngine:
    """One process a slot; the next one is warm before it is needed."""

    def __init__(self, slots: int) -> None:
        """Begin to warm the first worker.

        Args:
            slots: Runs at a time.
        """
        self._slots = slots
        self._workers: dict[str, _Worker] = {}
        self._died: dict[str, Outcome] = {}  # workers in the midst of a job
        self._looked: dict[str, float] = {}  # after workers of another dispatcher
        self._spare()

    def slots(self) -> int:
        """How many runs it computes at a time."""
        return self._slots

    def start(self, job: Job) -> str:
        """Give the job to a worker that is warm, or is warming."""
        idle = [w for w in self._workers.values() if not (w.busy or w.worn)]
        worker = idle[0] if idle else self._spawn()
        worker.device = self._device(job.spec.device)  # before it counts as busy itself
        worker.taken += 1
        _write(worker.process.stdin, job, worker.device)
        self._spare()
        return worker.name

    def _device(self, asked: str) -> str:
        """Return the GPU on which the fewest compute, where the run leaves the choice.

        "" without one.
        """
        there = gpus.devices()
        if asked in there:
            return asked
        busy = Counter(w.device for w in self._workers.values() if w.busy)
        choices = [d for d in there if asked in ("auto", d.partition(":")[0])]
        return min(choices, key=lambda device: busy[device], default="")

    def poll(self, handle: str) -> Outcome | None:
        """How it ended; a worker of another dispatcher is known by its process alone."""
        worker = self._workers.get(handle)
        if handle in self._died:
            return self._died[handle]
        if worker is None:
            now = time.monotonic()
            if now - self._looked.get(handle, 0.0) < LOOK_S:
                return None
            if processes.alive(handle):
                self._looked[handle] = now
                return None
            self._looked.pop(handle, None)
            return Outcome("lost", N_("its process is gone: resume it from its last checkpoint"))
        if not worker.busy:
            return worker.said[-1]
        self._spare()
        return self._died.get(handle)

    def kill(self, handle: str) -> None:
        """End its process, and make sure that it has ended."""
        processes.kill(handle)
        if worker := self._workers.get(handle):
            worker.process.wait()

    def rest(self) -> None:
        """Keep one warm worker only."""
        idle = [w for w in self._workers.values() if not w.busy]
        for worker in idle[1:]:
            self._dismiss(worker)
        self._spare()

    def close(self) -> None:
        """Let idle workers go; those that compute go by themselves, when they have ended."""
        for worker in list(self._workers.values()):
            self._dismiss(worker)

    def _spare(self) -> None:
        """One idle worker more than are busy, as long as there are slots; one warms at a time."""
        for worker in list(self._workers.values()):
            code = worker.process.poll()
            if code is not None and worker.busy:
                self._died[worker.name] = Outcome("failed", _why(code))
            if worker.worn and (not worker.busy or code is not None):
                self._dismiss(worker)
        workers = self._workers.values()
        busy = sum(worker.busy for worker in workers)
        if len(workers) <= busy < self._slots and all(worker.warm for worker in workers):
            self._spawn()

    def _spawn(self) -> _Worker:
        process = subprocess.Popen(
            [sys.executable, "-m", "viz_models.runs.worker"],
            cwd=presence.ROOT,
            env=presence.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        worker = _Worker(process, processes.name_of(process.pid))
        self._workers[worker.name] = worker
        threading.Thread(target=_listen, args=(worker,), daemon=True).start()
        return worker

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.pop(worker.name, None)
        if worker.process.stdin:
            with contextlib.suppress(OSError):  # what a dead worker was told cannot be delivered
                worker.process.stdin.close()


def _listen(worker: _Worker) -> None:
    """Read what a worker says until it ends: one line when it is warm, then one a job."""
    assert worker.process.stdout
    worker.warm = worker.process.stdout.readline() != ""
    for line in worker.process.stdout:
        state, reason, leaves = json.loads(line)
        worker.leaves = leaves  # first: nobody may give it another job in between
        worker.said.append(Outcome(state, reason))
    worker.process.wait()


def _write(pipe: IO[str] | None, job: Job, device: str) -> None:
    """Name the attempt to a worker, which reads in the store what it is."""
    assert pipe
    with contextlib.suppress(OSError):  # a dead worker is noticed when it is polled
        pipe.write(json.dumps([job.run, job.attempt, device]) + "\n")
        pipe.flush()


def _why(code: int) -> str:
    if code == -9:
        return N_("worker died: killed, perhaps because memory ran out")
    if code < 0:
        return N_("worker died: signal {n}").format(n=-code)
    return N_("worker died: exit code {n}").format(n=code)
