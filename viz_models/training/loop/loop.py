"""The training loop: a generator of step records, to be read from top to bottom."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.records import Evaluation, RunSpec, RunState, StepRecord
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Progress
from viz_models.training.data.resident import Resident
from viz_models.training.loop import (
    checkpoints,
    faults,
    growing,
    networks,
    optimizers,
    placement,
    team,
)
from viz_models.training.loop import cuda_graphs as graphs
from viz_models.training.loop.budget import pace
from viz_models.training.loop.burst import Taken, fitting, longest
from viz_models.training.loop.checkpoints import Checkpoint, Done
from viz_models.training.loop.checks import check
from viz_models.training.loop.evaluation import evaluate
from viz_models.training.loop.moments import Look
from viz_models.training.loop.team import Team

SEED_STRIDE = 1_000_003  # random numbers of step i: seed * SEED_STRIDE + i
Clock = Callable[[], float]  # seconds since some moment


def train(
    spec: RunSpec, resume: Checkpoint | None = None, clock: Clock = time.perf_counter
) -> Iterator[StepRecord]:
    """Train a network, one record a step; stop reading to stop training.

    The last record has the state "finished" and the test accuracy; or "diverged", as soon as a
    loss is NaN or infinite. Runs with the same seed are paired: they begin with the same
    weights, where their networks have the same layers, and see the same examples in the same
    order.

    Args:
        spec: What to train, on what, how.
        resume: Where to go on from; the run is the same as if it had never stopped.
        clock: What `StepRecord.seconds` is measured with.

    Raises:
        ValueError: If the spec asks for what cannot be run; before the first step.
        ConnectionError: If its data cannot be fetched.
    """
    return Session(spec, resume, clock=clock).records()


class Session:
    """A run, between two steps: its network, its optimizer, and how far it has come."""

    def __init__(
        self,
        spec: RunSpec,
        resume: Checkpoint | None = None,
        progress: Progress = lambda done, total: None,
        clock: Clock = time.perf_counter,
    ) -> None:
        """Load the examples and build everything.

        Args:
            spec: What to train, on what, how.
            resume: Where to go on from.
            progress: Told while a data set is fetched or decoded; it may raise to stop.
            clock: What the seconds of training are measured with.

        Raises:
            ValueError: If the spec asks for what cannot be run.
            ConnectionError: If its data cannot be fetched.
        """
        check(spec)
        self.spec, self.clock = spec, clock
        examples = faults.examples(data.load(spec.data, progress), spec.fault)
        self.net = networks.build(spec.model, spec.seed)
        faults.weights(self.net, spec.fault)
        self.place = placement.choose(spec, self.net, examples.facts().size)
        self.net = self.place.moved(self.net)
        self.examples = Resident(examples, self.place, networks.channels(spec.model))
        self.optimizer = optimizers.make(spec.optimizer, self.net)
        self.scaler = self.place.scaler()
        self.pace = pace(spec, len(examples.train_targets))
        self.done = Done()
        self.longest = longest(self.place.device)
        self.burst = 1  # steps until their numbers are read
        self.taken: list[Taken] = []  # of which nobody was told yet
        self.alive: Callable[[], None] = lambda: None  # called within what is longer than a step
        if resume:
            self._restore(resume)
        self.team = Team()
        self.forward = self._prepared()

    def records(self) -> Iterator[StepRecord]:
        """Take the steps that are left, one a record; on a GPU several steps before the first."""
        begun = self.spec.workers > 1 and self.done.step > 0
        with team.gathered(self.spec, self.checkpoint().files() if begun else {}) as found:
            self._join(found)
            for batch in self._batches():
                if self._grows_now():
                    self._grow()
                self._step(batch)
                if self._may_wait():
                    continue
                for record in self._records():
                    yield record
                    if record.state != "running":
                        return

    def follow(self, found: Team) -> None:
        """Take the same steps as the process that is rank 0 of this team.

        Raises:
            OverError: When that takes no more.
        """
        self._join(found)
        for batch in self._batches():
            self._step(batch)
            self.taken.clear()  # rank 0 tells

    @property
    def settled(self) -> bool:
        """Whether all steps that were taken have been told: then a checkpoint belongs to them."""
        return not self.taken

    def _join(self, found: Team) -> None:
        self.team = found
        if found.size > 1:
            self.forward = found.wrapped(self.net)

    def _batches(self) -> Iterator[Tensor]:
        """Which examples each step that is left sees."""
        targets, spec = self.examples.train_targets, self.spec
        return faults.order(targets, spec.batch_size, spec.seed, spec.fault, self.done.step)

    def _step(self, batch: Tensor) -> None:
        """One step of gradient descent; nothing waits for its numbers."""
        spec, done = self.spec, self.done
        weights = [p for p in self.net.parameters() if p.requires_grad]
        look = Look(self.net) if self._looks_now() else None
        begin = self.clock()
        lr = self._set_rate()
        if spec.fault != "zero_grad":
            self.optimizer.zero_grad()
        with look or nullcontext():
            with self._random_numbers(), self.place.autocast():
                inputs, targets = self.team.part(*self.examples.batch(batch, spec.augment))
                whole = look and self.team.size == 1  # hooks see a graph's forward no more
                logits = (self.net if whole else self.forward)(inputs).float()
            loss = F.cross_entropy(faults.scores(logits, spec.fault), targets)
            self.scaler.scale(loss).backward()
            self.scaler.unscale_(self.optimizer)
        norm = nn.utils.get_total_norm([p.grad for p in weights if p.grad is not None])
        if spec.optimizer.clip:
            nn.utils.clip_grads_with_norm_(weights, spec.optimizer.clip, norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        right = (logits.argmax(1) == targets).float().mean()
        means = self.team.mean(torch.stack([loss.detach(), right, norm.float()]))
        self.done = replace(
            done,
            step=done.step + 1,
            seconds=done.seconds + self.clock() - begin,
            looks=done.looks + (look is not None),
        )
        moment = look.moment(done.step, done.step * spec.batch_size) if look else None
        step = self.done.step
        self.taken.append(
            Taken(step=step, before=done.seconds, numbers=means, lr=lr, moment=moment)
        )

    def _may_wait(self) -> bool:
        """Whether another step may be taken before the numbers of those before it are read."""
        stops = self._is_over() or self._tests_due() > self.done.tests
        return len(self.taken) < self.burst and not stops

    def _records(self) -> Iterator[StepRecord]:
        """Read what the steps have told, all at once, as it waits for the GPU.

        Their seconds are known together alone: each has an equal part of them.
        """
        begin, before = self.clock(), self.taken[0].before
        numbers = torch.stack([taken.numbers for taken in self.taken]).tolist()
        after = self.done.seconds + self.clock() - begin
        self.done = replace(self.done, seconds=after)
        each = (after - before) / len(numbers)
        self.burst = min(self.longest, fitting(each))
        for told in numbers:
            taken = self.taken.pop(0)
            yield self._record(taken, told, after - each * len(self.taken))

    def _record(self, taken: Taken, told: list[float], seconds: float) -> StepRecord:
        loss, accuracy, norm = told
        last = self.settled and self._is_over()
        finite = math.isfinite(loss)
        test = self._evaluation(last) if finite and self.settled else None
        state: RunState = "finished" if last else "running"
        if not finite or (test and not math.isfinite(test.loss)):
            state = "diverged"
        return StepRecord(
            step=taken.step,
            samples=taken.step * self.spec.batch_size,
            loss=loss,
            accuracy=accuracy,
            lr=taken.lr,
            gradient_norm=norm,
            seconds=seconds,
            memory=self.place.memory(),
            state=state,
            evaluation=test,
            moment=taken.moment,
        )

    def _is_over(self) -> bool:
        return self.pace.over(self.done.step, self.done.seconds)

    def _set_rate(self) -> float:
        step, seconds = self.done.step, self.done.seconds
        before, after = (self.pace.spent(i, seconds) for i in (step, step + 1))
        lr = self.team.agreed(optimizers.rate(self.spec.optimizer, before, after))
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        return lr

    def _tests_due(self) -> int:
        return self.pace.marks(self.done.step, self.done.seconds, self.spec.evaluations)

    def _evaluation(self, last: bool) -> Evaluation | None:
        passed = self._tests_due()
        if not last and passed <= self.done.tests:
            return None
        self.done = replace(self.done, tests=passed)
        return self.test()

    def test(self) -> Evaluation:
        """Return how good the network is now; ask between two records, when `settled`."""
        with self._random_numbers():  # a test that forgot eval() draws some
            return evaluate(self.net, self.examples, self.alive, self.spec.fault)

    def _prepared(self) -> graphs.Forward:
        """Return the network's forward as steps call it; preparing it counts as training."""
        begin = self.clock()
        forward = graphs.prepared(self.net, self.spec, self.examples, self.place, self.pace)
        self.done = replace(self.done, seconds=self.done.seconds + self.clock() - begin)
        return forward

    def _looks_now(self) -> bool:
        count = self.spec.moments
        passed = self.pace.marks(self.done.step, self.done.seconds, count)
        return self.done.looks < count and passed >= self.done.looks

    def _random_numbers(self) -> AbstractContextManager[None]:
        """Dropout and augmentation draw the same numbers whenever this step is taken."""
        seed = self.spec.seed * SEED_STRIDE + self.done.step
        return placement.random_numbers(seed, self.place.device)

    def _grows_now(self) -> bool:
        growth = self.spec.growth
        if growth is None or self.done.grown:
            return False
        return self.pace.spent(self.done.step, self.done.seconds) >= growth.at

    def _grow(self) -> None:
        """Put in the new blocks; the optimizer goes on with what it knows of the others."""
        memory = checkpoints.memory_of(self.optimizer, self.net)
        growing.grow_run(self.net, self.spec)
        self.forward = self.net = self.place.moved(self.net)
        self.optimizer = optimizers.make(self.spec.optimizer, self.net)
        checkpoints.remember(self.optimizer, self.net, memory)
        self.done = replace(self.done, grown=True)

    def checkpoint(self) -> Checkpoint:
        """All that the run needs to go on from here; ask between two records, when `settled`."""
        return Checkpoint(
            done=checkpoints.with_scale(self.done, self.scaler),
            weights=checkpoints.weights_of(self.net),
            optimizer=checkpoints.memory_of(self.optimizer, self.net),
            gradients=checkpoints.gradients_of(self.net) if self.spec.fault == "zero_grad" else {},
        )

    def _restore(self, saved: Checkpoint) -> None:
        if saved.done.grown:
            self._grow()
        checkpoints.refill(self.net, saved.weights)
        checkpoints.remember(self.optimizer, self.net, saved.optimizer)
        checkpoints.add_gradients(self.net, saved.gradients)
        self.done = saved.done
        checkpoints.rescale(self.scaler, saved.done)
