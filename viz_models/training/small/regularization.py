"""Train a small network on few digits, with one way to regularize; compare all ways."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.language import gettext as _
from viz_models.models.threads import one_thread
from viz_models.records.train.regularization import (
    SMALL,
    STRENGTHS,
    RegularizedRun,
    RegularizeSpec,
)
from viz_models.training.data import sets
from viz_models.training.small import regularization_networks as networks

EDGES = np.linspace(-0.5, 0.5, 82)  # of the histogram of weights: zero is the middle of a bin
MOST_EXAMPLES, MOST_WIDTH = 1000, 1024
NOISE = 1000  # added to the seed for dropout and augmentation, which must not move anything else


@dataclass(eq=False, slots=True)
class Progress:
    """What one network learns from, and how far it has come."""

    spec: RegularizeSpec
    train: Tensor  # places of its digits
    test: Tensor
    held: Tensor
    order: torch.Generator
    noise: torch.Generator
    seen: list[tuple[float, float, float, float]]
    kept: int
    best: float = math.inf
    stopped: bool = False
    weights: list[Tensor] | None = None  # those of the epoch that is kept, if it was not the last


def run(spec: RegularizeSpec) -> RegularizedRun:
    """Train once, and look at training and test digits every few epochs.

    Raises:
        ValueError: If there is no such method or strength.
    """
    return trained([spec])[0]


def trained(specs: Sequence[RegularizeSpec]) -> list[RegularizedRun]:
    """Train several networks side by side in one thread; as `run` does each of them.

    Args:
        specs: All alike, but for their seeds and members.

    Raises:
        ValueError: If there is no such method or strength.
    """
    with one_thread():
        several = Several(specs)
        while not several.over:
            several.step()
    return several.results()


class Several:
    """Networks that train side by side, between two steps."""

    def __init__(self, specs: Sequence[RegularizeSpec]) -> None:
        """Draw the digits and build the networks.

        Raises:
            ValueError: If there is no such method or strength.
        """
        for spec in specs:
            check(spec)
        self.spec, self.runs = specs[0], [_begun(spec) for spec in specs]
        self.nets = networks.Networks(self.spec.width, [spec.seed + spec.member for spec in specs])
        self.optimizer = networks.optimizer(self.spec, self.nets)
        self.taken = 0  # steps
        self.mixed = torch.empty(0, dtype=torch.long)  # (networks, N) the order of this epoch

    @property
    def each(self) -> int:
        """Return how many steps an epoch has."""
        return -(-len(self.runs[0].train) // self.spec.batch_size)

    @property
    def over(self) -> bool:
        """Whether no network trains any more."""
        at_an_end = self.taken % self.each == 0
        stopped = at_an_end and all(r.stopped for r in self.runs)
        return stopped or self.taken >= self.spec.epochs * self.each

    def step(self) -> tuple[list[Tensor], Tensor]:
        """Take one step; return the (N, 10) logits of each network, and the (networks, N) labels.

        After the last step of an epoch the networks are looked at, if it is time.
        """
        at, (inputs, targets) = self.taken % self.each, digits()
        if at == 0:
            orders = [r.train[torch.randperm(len(r.train), generator=r.order)] for r in self.runs]
            self.mixed = torch.stack(orders)
        batch = self.mixed.split(self.spec.batch_size, dim=1)[at]
        noise = [r.noise for r in self.runs]
        logits = networks.scored(self.spec, self.nets, inputs[batch], noise)
        loss = networks.loss(self.spec, self.nets, logits, targets[batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.taken += 1
        if self.taken % self.each == 0:
            self._end_epoch(self.taken // self.each)
        return [each.detach() for each in logits], targets[batch]

    def _end_epoch(self, epoch: int) -> None:
        if epoch % self.spec.look == 0:
            _look(self.nets, self.runs)
        if self.spec.method == "early":
            _stop_early(self.nets, self.runs, epoch)

    def results(self) -> list[RegularizedRun]:
        """Return each run as far as it has come."""
        return [_summary(r, weights_of(self.nets, i, r)) for i, r in enumerate(self.runs)]


def _begun(spec: RegularizeSpec) -> Progress:
    train, test = drawn(spec)
    held = spec.held_out if spec.method == "early" else 0
    return Progress(
        spec=spec,
        train=train[held:],
        test=test,
        held=train[:held],
        order=torch.Generator().manual_seed(spec.seed + spec.member),
        noise=torch.Generator().manual_seed(spec.seed + spec.member + NOISE),
        seen=[],
        kept=spec.epochs,
    )


@cache
def digits() -> tuple[Tensor, Tensor]:
    """Return all digits as (1797, 64) float32, and their labels."""
    found = sets.digits()
    inputs = torch.cat([found.train_inputs, found.test_inputs]).flatten(1)
    return inputs, torch.cat([found.train_targets, found.test_targets])


def drawn(spec: RegularizeSpec) -> tuple[Tensor, Tensor]:
    """Return the places of the digits that the seed draws to train on, and of all others."""
    generator = torch.Generator().manual_seed(spec.seed)
    order = torch.randperm(len(digits()[1]), generator=generator)
    return order[: spec.examples], order[spec.examples :]


def _stop_early(nets: networks.Networks, runs: Sequence[Progress], epoch: int) -> None:
    for i, r in enumerate(runs):
        if r.stopped:
            continue
        weights = weights_of(nets, i, None)
        held_loss = judged(weights, r.held)[0]
        if held_loss < r.best:
            r.best, r.kept, r.weights = held_loss, epoch, [w.clone() for w in weights]
        elif epoch - r.kept >= r.spec.strength:
            r.stopped = True


def weights_of(nets: networks.Networks, i: int, run: Progress | None) -> list[Tensor]:
    """Return weight, bias, weight, ... of one network; those that its run has kept, if it has."""
    if run and run.weights:
        return run.weights
    pairs = zip(nets.weights, nets.biases, strict=True)
    return [part[i].detach() for pair in pairs for part in pair]


def _look(nets: networks.Networks, runs: Sequence[Progress]) -> None:
    for i, r in enumerate(runs):
        if not r.stopped:
            weights = weights_of(nets, i, None)
            r.seen.append((*judged(weights, r.train), *judged(weights, r.test)))


def logits_of(weights: Sequence[Tensor], at: Tensor) -> Tensor:
    """Return the (N, 10) logits of one network on some digits, in eval mode."""
    h = digits()[0][at]
    for k in (0, 2):
        h = F.linear(h, weights[k], weights[k + 1]).relu()
    return F.linear(h, weights[4], weights[5])


def judged(weights: Sequence[Tensor], at: Tensor) -> tuple[float, float]:
    """Return mean cross entropy and accuracy on some digits, in eval mode."""
    logits, right = logits_of(weights, at), digits()[1][at]
    return F.cross_entropy(logits, right).item(), (logits.argmax(1) == right).double().mean().item()


def _summary(r: Progress, weights: Sequence[Tensor]) -> RegularizedRun:
    logits, right = logits_of(weights, r.test), digits()[1][r.test]
    found = logits.argmax(1) == right
    train, test = judged(weights, r.train), judged(weights, r.test)
    seen = np.array(r.seen or [(*train, *test)])
    flat = torch.cat([w.flatten() for w in weights[::2]])
    pruned = [torch.where(w.abs() < SMALL, 0, w) if w.ndim == 2 else w for w in weights]
    return RegularizedRun(
        spec=r.spec,
        train_losses=seen[:, 0],
        train_accuracies=seen[:, 1],
        test_losses=seen[:, 2],
        test_accuracies=seen[:, 3],
        kept=r.kept,
        train_loss=train[0],
        train_accuracy=train[1],
        test_loss=test[0],
        test_accuracy=test[1],
        counts=np.histogram(np.clip(flat.numpy(), EDGES[0], EDGES[-1]), EDGES)[0],
        zeros=(flat.abs() < SMALL).double().mean().item(),
        pruned_accuracy=judged(pruned, r.test)[1],
        recalls=np.array([found[right == k].double().mean().item() for k in range(10)]),
        probabilities=logits.softmax(1).numpy(),
    )


def check(spec: RegularizeSpec) -> None:
    """Raise a ValueError with one clear line unless there is such a run."""
    if spec.method not in ("none", *STRENGTHS):
        raise ValueError(
            _("unknown method {method!r}; choose none, {methods}").format(
                method=spec.method, methods=", ".join(STRENGTHS)
            )
        )
    if spec.strength < 0:
        raise ValueError(_("strength {strength}: choose 0 or more").format(strength=spec.strength))
    if spec.method in ("dropout", "shift", "mirror") and spec.strength > 1:
        raise ValueError(
            _("strength {strength} of {method}: choose a share from 0 to 1").format(
                strength=spec.strength, method=spec.method
            )
        )
    if spec.method == "dropout" and spec.strength == 1:
        raise ValueError(_("dropout with p = 1 drops everything; choose less"))
    if not 1 <= spec.examples <= MOST_EXAMPLES:
        raise ValueError(
            _("{examples} examples: choose {least} to {most}").format(
                examples=spec.examples, least=1, most=MOST_EXAMPLES
            )
        )
    if not 1 <= spec.width <= MOST_WIDTH:
        raise ValueError(
            _("width {width}: choose 1 to {most}").format(width=spec.width, most=MOST_WIDTH)
        )
    if spec.look < 1:
        raise ValueError(
            _("{look} epochs from one look to the next: choose 1 or more").format(look=spec.look)
        )
    if not 0 <= spec.seed < 2**31:
        raise ValueError(
            _("seed {seed} is out of range; choose 0 to {max_seed}").format(
                seed=spec.seed, max_seed=2**31 - 1
            )
        )
