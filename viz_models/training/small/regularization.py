"""Train a small network on few digits, with one way to regularize; compare all ways."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.train.regularization import dropped, penalty
from viz_models.models.registry import seeded
from viz_models.models.threads import one_thread
from viz_models.records.train.regularization import (
    SMALL,
    STRENGTHS,
    RegularizedRun,
    RegularizeSpec,
)
from viz_models.training.data import sets

EDGES = np.linspace(-0.5, 0.5, 82)  # of the histogram of weights: zero is the middle of a bin
NOISE = 1000  # added to the seed for dropout and augmentation, which must not move anything else
SIDE = 8


class Networks(nn.Module):
    """Several networks of two hidden layers, a tensor a layer; they know nothing of each other.

    Eight take little longer than one. Each computes what it would alone, up to rounding.
    """

    def __init__(self, width: int, seeds: Sequence[int]) -> None:
        """Build each network with torch's own initialization, as after `torch.manual_seed`."""
        super().__init__()
        layers = [_layers(width, seed) for seed in seeds]
        self.weights, self.biases = (
            nn.ParameterList(
                nn.Parameter(torch.stack([getattr(net[i], name).detach() for net in layers]))
                for i in range(3)
            )
            for name in ("weight", "bias")
        )

    def forward(
        self, x: Tensor, p: float = 0.0, noise: Sequence[torch.Generator] = ()
    ) -> list[Tensor]:
        """Score each class.

        Args:
            x: (networks, N, 64) float32.
            p: Share of hidden values that dropout makes zero; 0 in eval mode.
            noise: What the dropout of each network draws from.

        Returns:
            (N, 10) float32 logits of each network.
        """
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = torch.baddbmm(bias[:, None], x, weight.transpose(1, 2)).relu()
            if p:
                x = torch.stack([dropped(h, p, g) for h, g in zip(x, noise, strict=True)])
        last = zip(x, self.weights[-1], self.biases[-1], strict=True)
        return [F.linear(h, weight, bias) for h, weight, bias in last]


def _layers(width: int, seed: int) -> list[nn.Linear]:
    with seeded(seed):
        return [nn.Linear(SIDE**2, width), nn.Linear(width, width), nn.Linear(width, 10)]


@dataclass(eq=False, slots=True)
class _Training:
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
    for spec in specs:
        check(spec)
    with one_thread():
        return _trained(specs)


def _trained(specs: Sequence[RegularizeSpec]) -> list[RegularizedRun]:
    first = specs[0]
    inputs, targets = digits()
    runs = [_begun(spec) for spec in specs]
    nets = Networks(first.width, [spec.seed + spec.member for spec in specs])
    optimizer = _optimizer(first, nets)
    for epoch in range(1, first.epochs + 1):
        mixed = [r.train[torch.randperm(len(r.train), generator=r.order)] for r in runs]
        for batch in torch.stack(mixed).split(first.batch_size, dim=1):
            loss = _loss(first, nets, inputs[batch], targets[batch], [r.noise for r in runs])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % first.look == 0:
            _look(nets, runs)
        if first.method == "early":
            _stop_early(nets, runs, epoch)
            if all(r.stopped for r in runs):
                break
    return [_summary(r, _weights_of(nets, i, r)) for i, r in enumerate(runs)]


def _begun(spec: RegularizeSpec) -> _Training:
    train, test = drawn(spec)
    held = spec.held_out if spec.method == "early" else 0
    return _Training(
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


def _stop_early(nets: Networks, runs: Sequence[_Training], epoch: int) -> None:
    for i, r in enumerate(runs):
        if r.stopped:
            continue
        weights = _weights_of(nets, i, None)
        held_loss = judged(weights, r.held)[0]
        if held_loss < r.best:
            r.best, r.kept, r.weights = held_loss, epoch, [w.clone() for w in weights]
        elif epoch - r.kept >= r.spec.strength:
            r.stopped = True


def _weights_of(nets: Networks, i: int, run: _Training | None) -> list[Tensor]:
    """Return weight, bias, weight, ... of one network; those that its run has kept, if it has."""
    if run and run.weights:
        return run.weights
    pairs = zip(nets.weights, nets.biases, strict=True)
    return [part[i].detach() for pair in pairs for part in pair]


def _look(nets: Networks, runs: Sequence[_Training]) -> None:
    for i, r in enumerate(runs):
        if not r.stopped:
            weights = _weights_of(nets, i, None)
            r.seen.append((*judged(weights, r.train), *judged(weights, r.test)))


def _optimizer(spec: RegularizeSpec, nets: nn.Module) -> torch.optim.Optimizer:
    if spec.method == "adamw":  # "fused" is torch's fastest code for it
        return torch.optim.AdamW(nets.parameters(), spec.lr, weight_decay=spec.strength, fused=True)
    return torch.optim.Adam(nets.parameters(), spec.lr, fused=True)


def _loss(
    spec: RegularizeSpec,
    nets: Networks,
    x: Tensor,
    targets: Tensor,
    noise: Sequence[torch.Generator],
) -> Tensor:
    """Return the sum of the losses of all networks: each has its own gradient."""
    if spec.method in ("shift", "mirror"):
        each = zip(x, noise, strict=True)
        x = torch.stack([augmented(b, spec.method, spec.strength, g) for b, g in each])
    p = spec.strength if spec.method == "dropout" else 0.0
    scored = zip(nets(x, p, noise), targets, strict=True)
    loss = torch.stack([F.cross_entropy(logits, right) for logits, right in scored]).sum()
    if spec.method in ("l1", "l2"):
        loss = loss + penalty(spec.method, spec.strength, list(nets.parameters()))
    return loss


def augmented(x: Tensor, method: str, share: float, noise: torch.Generator) -> Tensor:
    """Change a share of the images: by one pixel up, down, left or right, or mirrored.

    Args:
        x: (N, 64); what comes in from outside is the darkest value, which is paper.
        method: "shift" or "mirror".
        share: Probability that an image is changed.
        noise: What is drawn from.
    """
    chosen = torch.rand(len(x), generator=noise) < share
    images = x.view(-1, SIDE, SIDE)
    if method == "mirror":
        return torch.where(chosen[:, None], images.flip(2).flatten(1), x)
    wide = F.pad(images, (1, 1, 1, 1), value=float(x.min()))
    moved = torch.stack([wide[:, :8, 1:9], wide[:, 2:, 1:9], wide[:, 1:9, :8], wide[:, 1:9, 2:]])
    way = torch.randint(4, (len(x),), generator=noise)
    shifted = moved[way, torch.arange(len(x))].flatten(1)
    return torch.where(chosen[:, None], shifted, x)


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


def _summary(r: _Training, weights: Sequence[Tensor]) -> RegularizedRun:
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
        raise ValueError(f"unknown method {spec.method!r}; choose none, {', '.join(STRENGTHS)}")
    if spec.strength < 0:
        raise ValueError(f"strength {spec.strength}: choose 0 or more")
    if spec.method in ("dropout", "shift", "mirror") and spec.strength > 1:
        raise ValueError(f"strength {spec.strength} of {spec.method}: choose a share from 0 to 1")
    if spec.method == "dropout" and spec.strength == 1:
        raise ValueError("dropout with p = 1 drops everything; choose less")
    if not 0 <= spec.seed < 2**31:
        raise ValueError(f"seed {spec.seed} is out of range; choose 0 to {2**31 - 1}")
