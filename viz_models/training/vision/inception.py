"""Train the small GoogLeNet on scikit-learn's digits, enlarged; watch its early gradients."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.threads import one_thread
from viz_models.models.vision.inception import Inception, Logits, SmallGoogLeNet, build
from viz_models.records.vision.inception import BRANCHES, Branch, InceptionRun, InceptionTraining
from viz_models.training.data import sets
from viz_models.training.loop import evaluation

MOMENTUM = 0.9  # as in the paper
WATCHED = 64  # training digits whose gradients are measured
EARLY = ("3a", "3b")  # modules that count as early, with the convolution before them


@cache
def enlarged(side: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training and test digits, bilinear: (N, 1, side, side), (N,), and the same.

    Channels last, with which torch's convolutions of few channels take a third of the time.
    """
    data = sets.digits()
    train, test = (
        F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False).contiguous(
            memory_format=torch.channels_last
        )
        for x in (data.train_inputs, data.test_inputs)
    )
    return train, data.train_targets, test, data.test_targets


def run(spec: InceptionTraining) -> InceptionRun:
    """Train one network in one thread; torch's generator is left as it was.

    Raises:
        ValueError: If steps, batch_size or look is below 1.
    """
    return trained(spec)[1]


def trained(spec: InceptionTraining) -> tuple[SmallGoogLeNet, InceptionRun]:
    """Return the trained network in eval mode, and how its training went; raises as `run`."""
    if min(spec.steps, spec.batch_size, spec.look) < 1:
        raise ValueError("steps, batch_size and look must each be 1 or more")
    inputs, targets, tests, answers = enlarged(spec.side)
    net = build(spec.seed, norm=spec.norm, auxiliary=spec.auxiliary > 0, single=spec.single)
    net.to(memory_format=torch.channels_last)
    seconds, accuracies, norms = 0.0, [], []
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(spec.seed)
        optimizer = torch.optim.SGD(net.parameters(), lr=spec.lr, momentum=MOMENTUM)
        norms.append(early_norms(net, spec))
        batches = sets.batches(len(targets), spec.batch_size, spec.steps, spec.seed)
        for step, batch in enumerate(batches, start=1):
            begin = time.thread_time()
            main, extra = losses(net.train()(inputs[batch]), targets[batch], spec.auxiliary)
            optimizer.zero_grad()
            (main + extra).backward()
            optimizer.step()
            seconds += time.thread_time() - begin
            if step % spec.look == 0 or step == spec.steps:
                accuracies.append(accuracy(net, tests, answers))
                norms.append(early_norms(net, spec))
        without = _without(net, tests, answers)
    main_norms, extra_norms, both_norms = zip(*norms, strict=True)
    return net.eval(), InceptionRun(
        spec=spec,
        accuracies=tuple(accuracies),
        main=main_norms,
        extra=extra_norms,
        both=both_norms,
        without=without,
        cpu_seconds=round(seconds, 2),
    )


def losses(logits: Logits, targets: Tensor, weight: float) -> tuple[Tensor, Tensor]:
    """Return the main loss, and `weight` times the losses of both auxiliary classifiers."""
    main = F.cross_entropy(logits.main, targets)
    extra = main.new_zeros(())
    for side in (logits.aux1, logits.aux2):
        if side is not None:
            extra = extra + weight * F.cross_entropy(side, targets)
    return main, extra


def early_norms(net: SmallGoogLeNet, spec: InceptionTraining) -> tuple[float, float, float]:
    """Return norms of three gradients over the early parameters, of the same 64 digits.

    Of the main loss, of the weighted auxiliary losses (0 without), and of their sum. In training
    mode; running statistics and random numbers are left as they were.
    """
    inputs, targets, _, _ = enlarged(spec.side)
    early = [*net.stem.parameters(), *(p for n in EARLY for p in net.inception[n].parameters())]
    kept = {name: b.clone() for name, b in net.named_buffers()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        main, extra = losses(net.train()(inputs[:WATCHED]), targets[:WATCHED], spec.auxiliary)
        first = torch.autograd.grad(main, early, retain_graph=True)
        second = (
            torch.autograd.grad(extra, early)
            if extra.requires_grad
            else tuple(torch.zeros_like(p) for p in early)
        )
    net.load_state_dict(kept, strict=False)
    summed = tuple(a + b for a, b in zip(first, second, strict=True))
    a, b, c = (_norm(g) for g in (first, second, summed))
    return a, b, c


def _norm(gradients: tuple[Tensor, ...]) -> float:
    # a training that has blown up: JSON has no NaN, and 0 would be a lie
    total = torch.stack([g.double().square().sum() for g in gradients]).sum().sqrt()
    return float(torch.nan_to_num(total, nan=1e30, posinf=1e30).clamp(max=1e30))


@torch.no_grad()
def accuracy(net: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    """Return the share of the digits that is recognized in eval mode, 0..1."""
    return evaluation.accuracy(net.eval()(inputs).main, targets)


@contextmanager
def silenced(net: SmallGoogLeNet, branch: Branch) -> Iterator[None]:
    """Inside the block one branch of every module gives zeros; no hook stays."""
    name = f"branch{BRANCHES.index(branch) + 1}"
    handles = [
        m.get_submodule(name).register_forward_hook(lambda _, inputs, out: torch.zeros_like(out))
        for m in net.inception.values()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _without(net: SmallGoogLeNet, inputs: Tensor, targets: Tensor) -> dict[str, float]:
    found: dict[str, float] = {}
    if not all(isinstance(m, Inception) for m in net.inception.values()):
        return found
    for branch in BRANCHES:
        with silenced(net, branch):
            found[branch] = accuracy(net, inputs, targets)
    return found
