"""Gradients of the parts of a batch, combined as data-parallel training does it.

The mean of W gradients of means over equal parts is the gradient of the mean over the batch; this
is what DistributedDataParallel relies on: Li et al. 2020, section 2.2, arXiv:2006.15704.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.images import digits
from viz_models.models.registry import seeded
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.workers import (
    Split,
    SplitCase,
    SplitGap,
    SplitSpec,
    SplitView,
)

WIDTH, CLASSES, PIXELS = 32, 10, 64
DROPOUT = 0.5
IGNORED = -100  # torch's ignore_index
MISSING = 0.5  # share of the labels that are missing in "masked" and "counted"
MOST_WORKERS, MOST_BATCH, MOST_SEEDS = 16, 1024, 64
CASES: tuple[SplitCase, ...] = (
    *("equal", "float64", "unequal", "weighted", "masked", "counted", "sum"),
    *("batch norm", "layer norm", "dropout"),
)  # fmt: skip


class Dropout(nn.Module):
    """nn.Dropout in training mode, whose mask comes from torch.rand, so that a seed decides it."""

    def forward(self, x: Tensor) -> Tensor:
        """Set about half of the numbers to zero, and double the others."""
        return x * (torch.rand(x.shape) >= DROPOUT) / (1 - DROPOUT)


NORMS: dict[SplitCase, Callable[[], nn.Module]] = {
    "batch norm": lambda: nn.BatchNorm1d(WIDTH),
    "layer norm": lambda: nn.LayerNorm(WIDTH),
    "dropout": Dropout,
}


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Digits, (B, 64) from 0 to 1, and their labels, (B,) int64."""

    inputs: Tensor
    targets: Tensor

    def part(self, where: slice) -> "Batch":
        """Return some examples of it."""
        return Batch(self.inputs[where], self.targets[where])


def split(spec: SplitSpec) -> Split:
    """Measure every case with several seeds; the networks and batches of a seed are the same.

    Raises:
        ValueError: If the batch cannot be split so.
    """
    check(spec)
    with one_thread():
        found = [[_one(case, spec, seed) for seed in range(spec.seeds)] for case in CASES]
    gaps = tuple(
        SplitGap(case=case, **{
            name: np.array([getattr(f, name) for f in row]) for name in ("gap", "cosine", "same")
        })
        for case, row in zip(CASES, found, strict=True)
    )  # fmt: skip
    return Split(
        spec=spec,
        gaps=gaps,
        views=tuple(row[0].view for row in found),
        provenance=Provenance(versions=torch_version()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    gap: float
    cosine: float
    same: float
    view: SplitView


def _one(case: SplitCase, spec: SplitSpec, seed: int) -> _Found:
    net, whole = network(case, seed), batch(case, spec.batch_size, seed)
    sizes = shards(case, spec.workers, spec.batch_size)
    parts = list(cut(whole, sizes))
    with seeded(seed + 1):  # dropout draws a mask for each worker, and one for the whole batch
        gradients = [gradient(net, part, case) for part in parts]
        expected = gradient(net, whole, case)
    weights = combination(case, parts)
    combined = [
        sum((w * g for w, g in zip(weights, each, strict=True)), torch.zeros_like(each[0]))
        for each in zip(*gradients, strict=True)
    ]
    a, b = (torch.cat([g.flatten() for g in many]) for many in (combined, expected))
    last = -2  # of the parameters: the weight of the last layer, (10, 32)
    view = SplitView(
        case=case,
        images=whole.inputs.view(-1, 8, 8).float().numpy(),
        shards=tuple(sizes),
        weights=tuple(weights),
        gradients=torch.stack([g[last] for g in gradients]).float().numpy(),
        combined=combined[last].float().numpy(),
        whole=expected[last].float().numpy(),
    )
    cosine = float(F.cosine_similarity(a, b, dim=0))
    same = (a == b)[b != 0]  # paper stays paper: some pixels, and so some gradients, are always 0
    return _Found(relative(a, b), cosine, float(same.float().mean()), view)


def relative(a: Tensor, b: Tensor) -> float:
    """Return |a - b| / |b|."""
    return float((a.double() - b.double()).norm() / b.double().norm())


def network(case: SplitCase, seed: int) -> nn.Sequential:
    """Build 64-32-10 with the layer that the case is about; the same weights for the same seed."""
    with seeded(seed):
        first, last = nn.Linear(PIXELS, WIDTH), nn.Linear(WIDTH, CLASSES)
    middle = [NORMS[case]()] if case in NORMS else []
    net = nn.Sequential(first, *middle, nn.ReLU(), last)
    return net.double() if case == "float64" else net


def batch(case: SplitCase, size: int, seed: int) -> Batch:
    """Draw digits; in two of the cases half of the labels are missing."""
    pixels, labels = _digits()
    random = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(labels), generator=random)[:size]
    missing = torch.rand(size, generator=random) < MISSING
    missing[0] = False  # a batch without any label has no gradient
    inputs, targets = pixels[chosen], labels[chosen]
    if case in ("masked", "counted"):
        targets = targets.masked_fill(missing, IGNORED)
    return Batch(inputs if case == "float64" else inputs.float(), targets)


@cache
def _digits() -> tuple[Tensor, Tensor]:
    """Return all digits, (1797, 64) float64 from 0 to 1, and their labels."""
    pixels, labels = digits.read()
    return torch.from_numpy(pixels).flatten(1) / 16, torch.from_numpy(labels)


def shards(case: SplitCase, workers: int, size: int) -> list[int]:
    """Return how many examples each worker gets: equal, or half of the batch for the first one."""
    if case not in ("unequal", "weighted"):
        return [size // workers] * workers
    rest = size // 4 if workers == 2 else size // 2
    others = [rest // (workers - 1) + (i < rest % (workers - 1)) for i in range(workers - 1)]
    return [size - sum(others), *others]


def cut(whole: Batch, sizes: Sequence[int]) -> Iterator[Batch]:
    """Return the parts of a batch, in its order."""
    start = 0
    for size in sizes:
        yield whole.part(slice(start, start + size))
        start += size


def combination(case: SplitCase, parts: Sequence[Batch]) -> list[float]:
    """Return what each worker's gradient is multiplied by: 1/W, or its share of the examples."""
    if case == "weighted":
        counts = [len(part.targets) for part in parts]
    elif case == "counted":
        counts = [int((part.targets != IGNORED).sum()) for part in parts]
    else:
        counts = [1] * len(parts)
    return [count / sum(counts) for count in counts]


def gradient(net: nn.Module, part: Batch, case: SplitCase) -> list[Tensor]:
    """Return the gradient of the mean loss over these examples, a tensor for each parameter.

    The network is in training mode. In the case "sum" it is that of the sum. A part without any
    label has the gradient 0, where torch's mean over nothing would be NaN.
    """
    reduction = "sum" if case == "sum" or not (part.targets != IGNORED).any() else "mean"
    loss = F.cross_entropy(net(part.inputs), part.targets, reduction=reduction)
    return list(torch.autograd.grad(loss, list(net.parameters())))


def check(spec: SplitSpec) -> None:
    """Raise a ValueError with one clear line unless the batch can be split."""
    if not 2 <= spec.workers <= MOST_WORKERS:
        raise ValueError(f"{spec.workers} workers: choose 2 to {MOST_WORKERS}")
    if not 1 <= spec.seeds <= MOST_SEEDS:
        raise ValueError(f"{spec.seeds} seeds: choose 1 to {MOST_SEEDS}")
    if spec.batch_size % spec.workers or not spec.batch_size // spec.workers >= 2:
        raise ValueError(
            f"a batch of {spec.batch_size} over {spec.workers} workers: choose a multiple of "
            f"{spec.workers} from {2 * spec.workers} on"
        )
    if spec.batch_size > MOST_BATCH:
        raise ValueError(f"a batch of {spec.batch_size}: choose at most {MOST_BATCH}")
