"""A lesson's training as a worker computes it, with what every run has: records, checkpoints."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch

from viz_models.models.threads import one_thread
from viz_models.records import Evaluation, RunSpec, StepRecord
from viz_models.training.lessons import lessons
from viz_models.training.loop.budget import Pace
from viz_models.training.loop.checkpoints import Checkpoint, Done
from viz_models.training.loop.placement import Place


class LessonSession:
    """A run between two steps; as `loop.Session` for all other runs."""

    settled = True  # every step is told at once

    def __init__(self, spec: RunSpec, resume: Checkpoint | None = None) -> None:
        """Build everything.

        Args:
            spec: What to train.
            resume: Where to go on from; the run is the same as if it had never stopped.

        Raises:
            ValueError: If it cannot be trained.
        """
        self.spec = spec
        self.training = lessons.training(spec)
        self.place = Place(device=torch.device("cpu"))
        self.pace = Pace(steps=self.training.total)
        self.done = Done()
        self.alive: Callable[[], None] = lambda: None
        if resume:
            self.done = resume.done
            self.training.restore(resume.done.step, resume.weights, resume.optimizer)

    def records(self) -> Iterator[StepRecord]:
        """Take the steps that are left, one a record, in one thread."""
        with one_thread():
            while not self.training.over:
                record = self._step()
                yield record
                if record.state != "running":
                    return

    def _step(self) -> StepRecord:
        begin = time.perf_counter()
        told = self.training.step()
        step = self.done.step + 1
        seconds = self.done.seconds + time.perf_counter() - begin
        self.done = replace(self.done, step=step, seconds=seconds)
        finite = math.isfinite(told.loss)
        due = finite and (step in self.training.marks or self.training.over)
        return StepRecord(
            step=step,
            samples=step * self.spec.batch_size,
            loss=told.loss,
            accuracy=told.accuracy,
            lr=told.lr,
            gradient_norm=told.gradient_norm,
            seconds=seconds,
            memory=self.place.memory(),
            state="diverged" if not finite else "finished" if self.training.over else "running",
            evaluation=self.training.test() if due else None,
            result=self.training.result() if due else None,
        )

    def test(self) -> Evaluation | None:
        """Return how good the network is now; None where there is no such measure."""
        return self.training.test()

    def checkpoint(self) -> Checkpoint:
        """All that the run needs to go on from here; ask between two records."""
        return Checkpoint(
            done=self.done, weights=self.training.weights(), optimizer=self.training.memory()
        )
