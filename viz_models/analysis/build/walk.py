"""One photo through a network that was just built: what every block makes of it."""

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.build import over_time
from viz_models.analysis.build.race import measured_loss
from viz_models.analysis.build.watch import watched
from viz_models.models import builder
from viz_models.models.builder.conv import Block as ConvBlock
from viz_models.models.builder.mlp import MlpBlock
from viz_models.models.builder.recurrent import Recurrent
from viz_models.models.versions import torch_version
from viz_models.records import BuildSpec, Provenance, RnnSpec, Step, TransformerSpec
from viz_models.records.build.builder_walk import Walk, WalkSpec


def walk(spec: WalkSpec, pixels: np.ndarray) -> Walk:
    """Send a photo through a fresh network, in training mode as the gradient race does.

    Args:
        spec: A network that `repaired` returns unchanged and that is within the limits.
        pixels: (H, W, 3) uint8, square; averaged down to the network's input size.

    Returns:
        What every part gives for the photo, or the gradient that the loss sends to it.
    """
    net = builder.build(spec.network, spec.seed)
    x = inputs(spec.network, pixels)
    graded = spec.kept == "gradient"
    with torch.set_grad_enabled(graded):
        kept = _gradients(net, x) if graded else _passed(net, x)
    values = tuple(_frozen(t) for t in (x, *kept))
    return _walk(spec, net, tuple(v.shape for v in values), values)


def outline(spec: WalkSpec) -> Walk:
    """Only the shapes, for a network that is too large to be built: it runs on the meta device."""
    net = builder.skeleton(spec.network)
    side = spec.network.size
    x = torch.empty(2, spec.network.in_channels, side, side, device="meta")
    if isinstance(spec.network, TransformerSpec | RnnSpec) and spec.network.source == "tokens":
        x = torch.empty(2, spec.network.length, dtype=torch.long, device="meta")
    with torch.no_grad():
        passed = _passed(net, x)
    return _walk(spec, net, tuple(tuple(t.shape[1:]) for t in (x, *passed)), ())


def _passed(net: nn.Module, x: Tensor) -> list[Tensor]:
    """Return what stem, blocks and head give, or what is read, each step in time and the head."""
    if isinstance(net, Recurrent):
        return over_time.outputs(net, x)
    with watched(net.blocks()) as h:  # type: ignore[operator] # all others of the builder have them
        logits = net(x)
    return [*h, logits]


def _gradients(net: nn.Module, x: Tensor) -> list[Tensor]:
    if isinstance(net, Recurrent):
        return over_time.gradients(net, x, _loss)
    passed = _passed(net, x)
    return list(torch.autograd.grad(_loss(passed[-1]), passed))


def _loss(logits: Tensor) -> Tensor:
    return measured_loss(logits, "cross entropy")


def _walk(
    spec: WalkSpec,
    net: nn.Module,
    shapes: tuple[tuple[int, ...], ...],
    values: tuple[np.ndarray, ...],
) -> Walk:
    found = over_time_steps(net, shapes) if isinstance(net, Recurrent) else _steps(net, shapes)
    return Walk(
        spec=spec,
        steps=found,
        values=values,
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _steps(net: nn.Module, shapes: tuple[tuple[int, ...], ...]) -> tuple[Step, ...]:
    """Return one step for each part; a block with a skip reads its input twice."""
    blocks: list[nn.Module] = net.blocks()  # type: ignore[operator]
    parts = ("input", "stem", *names(net, blocks), "head")
    skips = (False, False, *map(_goes_around, blocks), False)
    before = ("", *parts[:-1])
    facts = zip(parts, before, shapes, _parameters(net, blocks), skips, strict=True)
    return tuple(
        Step(
            name=name,
            op="other" if read else "input",
            group=name,
            inputs=(read,) * (1 + skip) if read else (),
            output_shape=shape,
            parameters=parameters,
        )
        for name, read, shape, parameters, skip in facts
    )


def over_time_steps(net: Recurrent, shapes: tuple[tuple[int, ...], ...]) -> tuple[Step, ...]:
    """Return one step for each step in time; all share the weights, which the first one pays."""
    times = [over_time.named(t) for t in range(len(shapes) - 3)]
    parts = ("input", "stem", *times, "head")
    head, cell = _count(net.head), _count(net.cell)
    paid = {"stem": _count(net) - head - cell, times[0]: cell, "head": head}
    read: dict[str, tuple[str, ...]] = {"stem": ("input",), times[0]: ("stem",)}
    read |= {now: (before, "stem") for before, now in pairwise(times)} | {"head": (times[-1],)}
    return tuple(
        Step(
            name=name,
            op="other" if name in read else "input",
            group=name,
            inputs=read.get(name, ()),
            output_shape=shape,
            parameters=paid.get(name, 0),
        )
        for name, shape in zip(parts, shapes, strict=True)
    )


def inputs(spec: BuildSpec, pixels: np.ndarray) -> Tensor:
    """Return a photo and its mirror image: a norm over the batch needs more than one value.

    Args:
        spec: Says how large it has to be; its channel k is the photo's channel k modulo 3.
        pixels: (H, W, 3) uint8.

    Returns:
        (2, C, size, size) float32, each channel with mean 0 and std 1; or (2, T) int64 tokens
        where the network reads those: the photo's gray values, row by row.
    """
    photo = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()  # (1, 3, H, W)
    pair = torch.cat([photo, photo.flip(-1)])
    if isinstance(spec, TransformerSpec | RnnSpec) and spec.source == "tokens":
        gray = F.adaptive_avg_pool2d(pair.mean(1), (1, spec.length)).flatten(1)  # (2, T)
        return (gray / 256 * spec.vocabulary).long()
    small = F.adaptive_avg_pool2d(pair, spec.size)[:, torch.arange(spec.in_channels) % 3]
    mean, std = small.mean((0, 2, 3), keepdim=True), small.std((0, 2, 3), keepdim=True)
    return (small - mean) / std.clamp_min(1e-6)


def names(net: nn.Module, blocks: list[nn.Module]) -> list[str]:
    """Return what the network calls its blocks: "stages.0.3"."""
    called = {module: name for name, module in net.named_modules()}
    return [called[block] for block in blocks]


def _parameters(net: nn.Module, blocks: list[nn.Module]) -> tuple[int, ...]:
    """Of input, stem, blocks and head; what stands between the stages counts to the stem."""
    counts = [_count(block) for block in blocks]
    head = _count(net.get_submodule("head"))
    return (0, _count(net) - sum(counts) - head, *counts, head)


def _count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _goes_around(block: nn.Module) -> bool:
    if isinstance(block, ConvBlock):
        return block.connect != "plain"
    return block.residual if isinstance(block, MlpBlock) else bool(block.residual)


def _frozen(value: Tensor) -> np.ndarray:
    array: np.ndarray = value.detach()[0].numpy()
    array.flags.writeable = False
    return array
