"""Loss surfaces of two networks on digits: trained alike, one with skips and one without."""

import datetime
import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import sklearn
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.build import surface
from viz_models.models import builder
from viz_models.models.threads import one_thread
from viz_models.records import Provenance
from viz_models.records.build.surface import Surface, Surfaces, SurfaceSpec
from viz_models.training.data import sets as data
from viz_models.training.loop.evaluation import accuracy

MAX_BLOCKS = 32
MAX_POINTS = 51

Progress = Callable[[int, int], None]  # points and training steps done, and in all


def measure(spec: SurfaceSpec, progress: Progress = lambda done, total: None) -> Surfaces:
    """Train both networks and look around their weights before and after.

    Args:
        spec: Which networks, how trained, where to look.
        progress: Told after each step of training and each point; it may raise to stop.

    Raises:
        ValueError: If the spec asks for what cannot be measured.

    References:
        Li et al. 2018, section 5: arXiv:1712.09913.
    """
    check(spec)
    begin = time.process_time()
    counted = _counter(2 * (2 * spec.points**2 + spec.steps), progress)
    with one_thread():
        plain, skips = (_one(spec, skips, lambda: next(counted)) for skips in (False, True))
    return Surfaces(
        spec=spec,
        plain=plain,
        skips=skips,
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(spec),
    )


def _counter(total: int, progress: Progress) -> Iterator[None]:
    for done in range(1, total + 1):
        progress(done, total)
        yield


def _one(spec: SurfaceSpec, skips: bool, tick: Callable[[], None]) -> Surface:
    net = builder.build(spec.network(skips=skips), spec.seed)
    before = _around(net, spec, tick)
    training = _train(net, spec, tick)
    after = _around(net, spec, tick)
    inputs, targets = _examples(spec)
    with torch.no_grad():
        logits = net(inputs)
    return Surface(
        before=before, after=after, training=training, accuracy=accuracy(logits, targets)
    )


def _around(net: nn.Module, spec: SurfaceSpec, tick: Callable[[], None]) -> np.ndarray:
    half = spec.points // 2
    steps = np.arange(-half, half + 1) / half * spec.span
    along = surface.directions(net, spec.directions)
    return surface.grid(net, lambda moved: loss(moved, spec), along, steps, tick)


def _train(net: nn.Module, spec: SurfaceSpec, tick: Callable[[], None]) -> np.ndarray:
    examples = data.digits()
    optimizer = torch.optim.SGD(net.parameters(), lr=spec.lr, momentum=spec.momentum)
    order = data.batches(len(examples.train_targets), spec.batch_size, spec.steps, spec.seed)
    losses = []
    for batch in order:
        value = F.cross_entropy(net(examples.train_inputs[batch]), examples.train_targets[batch])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
        tick()
    return np.array(losses)


def loss(net: nn.Module, spec: SurfaceSpec) -> float:
    """Mean cross entropy on the first training digits, in nats, in training mode.

    Batch norm takes its statistics from these very examples: running statistics belong to the
    weights in the middle, and would be wrong for all others.
    """
    inputs, targets = _examples(spec)
    with torch.no_grad():
        return F.cross_entropy(net(inputs), targets).item()


def _examples(spec: SurfaceSpec) -> tuple[torch.Tensor, torch.Tensor]:
    examples = data.digits()
    return examples.train_inputs[: spec.examples], examples.train_targets[: spec.examples]


def check(spec: SurfaceSpec) -> None:
    """Raise a ValueError with one clear line unless the surfaces can be measured."""
    if not 1 <= spec.blocks <= MAX_BLOCKS:
        raise ValueError(f"{spec.blocks} blocks: choose 1 to {MAX_BLOCKS}")
    if not (3 <= spec.points <= MAX_POINTS and spec.points % 2):
        raise ValueError(f"{spec.points} points: choose an odd number from 3 to {MAX_POINTS}")
    if not (math.isfinite(spec.span) and spec.span > 0):
        raise ValueError(f"span {spec.span} must be a number above 0, such as 1")
    count = len(data.digits().train_targets)
    for name in ("examples", "batch_size"):
        if not 2 <= getattr(spec, name) <= count:
            raise ValueError(f"{name} {getattr(spec, name)}: choose 2 to {count}")
    if spec.steps < 0:
        raise ValueError(f"{spec.steps} steps: choose 0 or more")


def _provenance(spec: SurfaceSpec) -> Provenance:
    return Provenance(
        device="cpu, 1 thread",
        seed=spec.seed,
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__}, scikit-learn {sklearn.__version__}",
    )
