"""What a dense block keeps for its backward pass, with and without checkpointing, measured."""

import datetime
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from viz_models.analysis.pricing.held import Held
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.vision.dense_memory import (
    DenseMemory,
    DenseMemorySpec,
    DenseNetMemory,
    DenseRecord,
    DenseStep,
    Keeping,
)

MOST_BYTES = 256 << 20  # that the deepest block may keep
WAYS: tuple[Keeping, ...] = ("keep", "checkpoint")


class DenseLayer(nn.Module):
    """One layer: concatenate all that came before, then BatchNorm, ReLU, 3x3 convolution.

    References:
        Huang et al. 2017, section 3, arXiv:1608.06993.
    """

    def __init__(self, in_channels: int, growth: int) -> None:
        """Read `in_channels` maps and add `growth` maps."""
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(in_channels, growth, 3, padding=1, bias=False)

    def forward(self, *before: Tensor) -> Tensor:
        """Return (N, growth, H, W) from the (N, growth, H, W) tensors of all earlier layers."""
        return self.conv(self.relu(self.norm(torch.cat(before, 1))))


class DenseBlock(nn.Module):
    """Layers that each read the outputs of all layers before them.

    References:
        Pleiss et al. 2017, arXiv:1707.06990, for computing concatenation and norm again.
    """

    def __init__(self, depth: int, growth: int, keeping: Keeping) -> None:
        """Read `growth` maps; "checkpoint" computes each layer again in the backward pass."""
        super().__init__()
        self.layers = nn.ModuleList(DenseLayer(i * growth, growth) for i in range(1, depth + 1))
        self.keeping = keeping

    def forward(self, x: Tensor) -> Tensor:
        """Return the (N, growth, H, W) output of the last layer."""
        made = [x]
        for layer in self.layers:
            if self.keeping == "checkpoint":
                # nothing here is random, so the state of the generator need not be kept
                new = checkpoint(layer, *made, use_reentrant=False, preserve_rng_state=False)
            else:
                new = layer(*made)
            made.append(new)
        return made[-1]


def measure(spec: DenseMemorySpec) -> DenseMemory:
    """Train every block for one step both ways; count what is held, and compare the gradients.

    Raises:
        ValueError: If the spec asks for less than one map, or for more memory than MOST_BYTES.
    """
    check(spec)
    steps, off = [], 0.0
    with one_thread():
        for depth in spec.depths:
            gradients = []
            for keeping in WAYS:
                step, gradient = _step(spec, depth, keeping)
                steps.append(step)
                gradients.append(gradient)
            off = max(off, float((gradients[0] - gradients[1]).abs().max()))
    return DenseMemory(
        spec=spec, steps=tuple(steps), largest_difference=off, provenance=_provenance(spec.seed)
    )


def check(spec: DenseMemorySpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be measured."""
    if not spec.depths or min(*spec.depths, spec.growth, spec.side, spec.repeats) < 1:
        raise ValueError("layers, growth rate, side and repeats must each be 1 or more")
    deepest = max(spec.depths)
    most = spec.square * deepest * (deepest + 1)
    if most > MOST_BYTES:
        raise ValueError(
            f"{deepest} layers would keep {most / 2**20:,.0f} MiB, more than "
            f"{MOST_BYTES >> 20} MiB: choose fewer layers, a smaller k or smaller maps"
        )


def _step(spec: DenseMemorySpec, depth: int, keeping: Keeping) -> tuple[DenseStep, Tensor]:
    """Return one training step with its numbers, and the gradient of all parameters (P,)."""
    block = _built(lambda: DenseBlock(depth, spec.growth, keeping), spec.seed)
    generator = torch.Generator().manual_seed(spec.seed)
    x = torch.randn(1, spec.growth, spec.side, spec.side, generator=generator)
    with Held([x, *block.parameters(), *block.buffers()]) as held:
        loss = block(x).square().sum()
        between = held.now
        loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in block.parameters() if p.grad is not None])
    updates = _mean_updates(block, x)
    times = [_milliseconds(block, x) for _ in range(spec.repeats)]
    forward, backward = min(times, key=sum)
    return DenseStep(
        depth=depth,
        keeping=keeping,
        held_bytes=between - _of_the_loss(spec),
        peak_bytes=held.peak,
        forward_ms=forward,
        backward_ms=backward,
        mean_updates=updates,
    ), gradient


def _of_the_loss(spec: DenseMemorySpec) -> int:
    """Return the bytes of the loss: itself, and the block's output, which squaring keeps."""
    return spec.square + 4


def _built(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make().train()


def _mean_updates(block: nn.Module, x: Tensor) -> float:
    """Return how often the first running mean was moved in the step that was taken.

    After n updates with momentum m it is (1 - (1 - m)^n) of the batch's mean.
    """
    norm = next(m for m in block.modules() if isinstance(m, nn.BatchNorm2d))
    mean, moved = x.double().mean((0, 2, 3)), norm.running_mean
    assert moved is not None
    assert norm.momentum is not None
    share = (moved.double() @ mean / (mean @ mean)).clamp(max=0.999)
    kept = torch.log1p(-share) / torch.log1p(-torch.tensor(norm.momentum, dtype=torch.float64))
    return round(float(kept), 3)


def _milliseconds(block: nn.Module, x: Tensor) -> tuple[float, float]:
    """Return the processor time of the forward and of the backward pass."""
    begin = time.thread_time()
    loss = block(x).square().sum()
    between = time.thread_time()
    loss.backward()
    return 1000 * (between - begin), 1000 * (time.thread_time() - between)


def densenet121(side: int = 224) -> DenseNetMemory:
    """Count what torchvision's DenseNet121 holds after a forward pass of one photo, both ways.

    `memory_efficient=True` is its own flag for checkpointing. Weights are fresh; memory does not
    depend on them.
    """
    from torchvision.models import densenet121 as build

    found = []
    x = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    for efficient in (False, True):
        net = _built(partial(build, memory_efficient=efficient), 0)
        with one_thread(), Held([x, *net.parameters(), *net.buffers()]) as held:
            scores = net(x)
            found.append(held.now)
        del scores  # and with it all that was held
    return DenseNetMemory(
        side=side,
        kept_bytes=found[0],
        checkpointed_bytes=found[1],
        provenance=_provenance(0),
    )


def recorded() -> DenseRecord:
    """Measure what the page opens with, and say when and where."""
    blocks, network = measure(DenseMemorySpec()), densenet121()
    today = datetime.date.today().isoformat()
    when = replace(blocks.provenance, kind="recorded run", date=today)
    return DenseRecord(
        blocks=replace(blocks, provenance=when), network=replace(network, provenance=when)
    )


def _provenance(seed: int) -> Provenance:
    return Provenance(seed=seed, versions=torch_version())
