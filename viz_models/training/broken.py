"""Short training runs on digits, each with one fault that people really make."""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.models.threads import one_thread
from viz_models.patches import no_compiler
from viz_models.records.train.broken import FAULTS, BrokenRun, BrokenSpec
from viz_models.training.data import sets as data

WIDTH, CLASSES = 64, 10
MOST_STEPS = 2000
Told = Callable[[int, int], None]


def run(spec: BrokenSpec, told: Told = lambda done, total: None) -> BrokenRun:
    """Train a network on digits with the fault that is asked for, and write down what happens.

    Args:
        spec: The fault, the network, the seed.
        told: Steps done, and in all; it may raise to stop.

    Raises:
        ValueError: With one line for the reader, if the spec cannot be run.
    """
    check(spec)
    no_compiler.install()
    begin = time.perf_counter()
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        losses, gradients, tests = _train(spec, told)
    return BrokenRun(
        spec=spec,
        losses=np.array(losses),
        gradients=np.array(gradients),
        tested=np.array([t[0] for t in tests]),
        test_losses=np.array([t[1] for t in tests]),
        test_accuracies=np.array([t[2] for t in tests]),
        seconds=round(time.perf_counter() - begin, 2),
    )


def _train(
    spec: BrokenSpec, told: Told
) -> tuple[list[float], list[float], list[tuple[int, float, float]]]:
    inputs, targets, test_inputs, test_targets = examples(spec)
    net = network(spec)
    rate = spec.rate * (100 if spec.fault == "rate" else 1)
    optimizer = torch.optim.SGD(net.parameters(), rate, spec.momentum)
    order = batches(spec, targets)
    losses, gradients = [], []
    tests = [_test(net, test_inputs, test_targets, spec, 0)]
    for step, batch in enumerate(order, start=1):
        net.train()
        if spec.fault != "zero_grad":
            optimizer.zero_grad()
        loss = _loss(net(inputs[batch]), targets[batch], spec)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        gradients.append(_norm(net))
        if step % spec.test_every == 0 or step == spec.steps:
            tests.append(_test(net, test_inputs, test_targets, spec, step))
        told(step, spec.steps)
    return losses, gradients, tests


def examples(spec: BrokenSpec) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return inputs (N, 64) and targets to train on, then those to test on, with the fault."""
    digits = data.digits()
    inputs, tests = digits.train_inputs.flatten(1), digits.test_inputs.flatten(1)
    targets = digits.train_targets
    if spec.fault == "not_normalized":  # ink as a byte, 0 to 255, and no mean taken off
        inputs, tests = _bytes(inputs), _bytes(tests)
    if spec.fault == "shifted":  # every picture has the label of the picture before
        targets = targets.roll(1)
    if spec.fault == "classes":  # every label is one too high, and 9 becomes 0
        targets = (targets + 1) % CLASSES
    return inputs, targets, tests, digits.test_targets


def _bytes(standardized: Tensor) -> Tensor:
    """Return standardized ink (least: paper) as it would come from a file: 0 to 255."""
    least, most = standardized.min(), standardized.max()
    return (standardized - least) / (most - least) * 255


def network(spec: BrokenSpec) -> nn.Sequential:
    """Return the network with its first weights; the depth and the norms are as the spec says."""
    depth = spec.depth if spec.net == "deep" else 2
    parts: list[nn.Module] = []
    for i in range(depth):
        parts.append(nn.Linear(WIDTH, WIDTH))
        if spec.net != "mlp" and spec.fault != "no_norm":
            parts.append(nn.BatchNorm1d(WIDTH))
        parts.append(nn.ReLU())
        if spec.net == "dropout" and i < depth:
            parts.append(nn.Dropout(0.5))
    net = nn.Sequential(*parts, nn.Linear(WIDTH, CLASSES))
    if spec.fault == "zero_init":
        for parameter in net.parameters():
            nn.init.zeros_(parameter)
    return net


def batches(spec: BrokenSpec, targets: Tensor) -> list[Tensor]:
    """Return which examples each step sees: a new random order every epoch."""
    found: list[Tensor] = []
    while len(found) < spec.steps:
        order = torch.randperm(len(targets))
        if spec.fault == "not_shuffled":  # as in a folder for each class: all 0, then all 1, ...
            order = targets.argsort(stable=True)
        found += order.split(spec.batch_size)
    return found[: spec.steps]


def _loss(logits: Tensor, targets: Tensor, spec: BrokenSpec) -> Tensor:
    if spec.fault == "softmax_twice":
        logits = logits.softmax(-1)  # cross_entropy does this itself
    return functional.cross_entropy(logits, targets)


@torch.no_grad()
def _test(
    net: nn.Module, inputs: Tensor, targets: Tensor, spec: BrokenSpec, step: int
) -> tuple[int, float, float]:
    if spec.fault != "no_eval":
        net.eval()
    logits = net(inputs)
    accuracy = (logits.argmax(-1) == targets).double().mean().item()
    return step, _loss(logits, targets, spec).item(), accuracy


def _norm(net: nn.Module) -> float:
    slopes = [p.grad.norm() for p in net.parameters() if p.grad is not None]
    return torch.stack(slopes).norm().item()


def check(spec: BrokenSpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be run."""
    if spec.fault not in ("none", *FAULTS):
        raise ValueError(f"there is no fault {spec.fault!r}; choose one of {', '.join(FAULTS)}")
    if not 1 <= spec.steps <= MOST_STEPS:
        raise ValueError(f"{spec.steps} steps: choose 1 to {MOST_STEPS}")
    if spec.batch_size < 2 or spec.test_every < 1 or spec.depth < 1:
        raise ValueError("a batch needs 2 examples or more, tests and layers 1 or more")
