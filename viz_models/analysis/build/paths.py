"""Two ways back through a block: by the skip and by the branch, and how they add up."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.build import probe
from viz_models.analysis.build.race import measured_loss
from viz_models.analysis.build.watch import watched
from viz_models.models import builder
from viz_models.models.builder.recurrent import Recurrent
from viz_models.records import Paths, RaceSpec, TransformerSpec


def paths(spec: RaceSpec, seed: int) -> Paths:
    """Where the gradient of every block came from, in one forward and one backward pass.

    At h' = h + F(h) the gradient g that arrives goes back twice: g by the skip, F'(h)^T g by the
    branch. A Transformer's block has two branches, so it counts as two: attention, then the
    feed-forward net. Without a skip, all of it comes by the branch.

    Args:
        spec: From `race.entries`.
        seed: Of the weights.

    References:
        He et al. 2016, eq. 5: arXiv:1603.05027.
    """
    net = builder.build(spec.network, seed)
    if isinstance(net, Recurrent):
        raise ValueError("a recurrent network has no block with a branch beside a skip")
    blocks: Sequence[nn.Module] = net.blocks()
    with watched(blocks) as h, _tapped(_branches(spec, blocks)) as (inputs, taps):
        output = net(probe.inputs(spec.network, spec.batch))
    outputs = h[1:] if len(taps) == len(blocks) else [*inputs[1:], h[-1]]
    loss = measured_loss(output, spec.loss)
    found = torch.autograd.grad(loss, [*inputs, *taps, *outputs])
    rows = [_row(*(g.double() for g in found[i :: len(taps)])) for i in range(len(taps))]
    identity, branch, cosine, factor = np.array(rows).T
    return Paths(seed=seed, identity=identity, branch=branch, cosine=cosine, factor=factor)


def _branches(spec: RaceSpec, blocks: Sequence[nn.Module]) -> list[nn.Module]:
    """Return what reads the input of every branch, and nothing else does."""
    if not isinstance(spec.network, TransformerSpec):
        return [block.get_submodule("branch") for block in blocks]
    first = "{}_norm" if spec.network.pre_norm else "{}"
    names = [first.format(part) for part in ("attention", "ffn")]
    return [block.get_submodule(name) for block in blocks for name in names]


@contextmanager
def _tapped(branches: Sequence[nn.Module]) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """Give each branch its own view of its input, so that its part of the gradient is seen alone.

    The hooks are gone afterwards, also when the forward raises.
    """
    inputs: list[Tensor] = []
    views: list[Tensor] = []

    def tap(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        inputs.append(args[0])
        views.append(args[0].view_as(args[0]))
        return (views[-1], *args[1:])

    with ExitStack() as hooks:
        for branch in branches:
            hooks.callback(branch.register_forward_pre_hook(tap).remove)
        yield inputs, views


def _row(total: Tensor, branch: Tensor, arrived: Tensor) -> tuple[float, float, float, float]:
    """Of a block: identity, branch, cosine, factor. The skip brings what the branch does not."""
    identity = total - branch
    lengths = float(identity.norm()), float(branch.norm())
    product = lengths[0] * lengths[1]
    cosine = float((identity * branch).sum()) / product if product else 0.0
    scale = float(arrived.norm()) or float("nan")  # nothing arrived: there is no ratio
    return lengths[0] / scale, lengths[1] / scale, cosine, float(total.norm()) / scale
