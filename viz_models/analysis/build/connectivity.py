"""Who sees whom: from which input channels a gradient reaches an output channel."""

from dataclasses import replace

import torch
from torch import nn

from viz_models.models import builder
from viz_models.models.builder import plan
from viz_models.models.builder.conv import ConvNet
from viz_models.models.builder.repair import repaired
from viz_models.records import Connectivity, ConvSpec


def connectivity(
    spec: ConvSpec, block: int = 0, count: int = 1, *, shuffle: bool | None = None, seed: int = 0
) -> Connectivity:
    """|dy_c / dx_k| through one or more blocks, summed over the positions of x.

    Only what decides about connections is left in: convolutions, shuffles, skips. A ReLU could
    hide a connection by chance, and a LayerNorm or a squeeze-and-excitation gate would make all
    channels see all. y is one position, and x just large enough for all that it reads.

    Args:
        spec: A network that `repaired` returns unchanged.
        block: The first block, 0-based; x is its input.
        count: How many blocks lie between x and y.
        shuffle: Whether channels are shuffled after grouped convolutions; None leaves it as it is.
        seed: Of the weights.

    Returns:
        The matrix of all outputs by all inputs.

    Raises:
        ValueError: If there are no such blocks.

    References:
        Zhang et al. 2018, figure 1: arXiv:1707.01083.
    """
    depth = sum(spec.depths)
    if count < 1 or not 0 <= block <= depth - count:
        raise ValueError(f"there are no {count} blocks from {block} on; choose 0 to {depth - 1}")
    bare = replace(
        spec,
        shuffle=spec.shuffle if shuffle is None else shuffle,
        norm="none",
        branch_scale="one",  # a scale of 0 needs a norm
        activation="identity",
        se_ratio=0,
    )
    bare, _ = repaired(bare)  # a single group has nothing to shuffle
    chain = _chain(builder.build(bare, seed), block, count)
    inputs = [b.inputs for stage in plan.stages(bare) for b in stage.blocks][block]
    return Connectivity(
        matrix=_dependence(chain, inputs).numpy(),
        blocks=(block, block + count - 1),
        shuffle=bare.shuffle,
    )


def _chain(net: nn.Module, block: int, count: int) -> nn.Sequential:
    """Return the blocks, and what stands between two stages where they lie in two."""
    assert isinstance(net, ConvNet)
    steps: list[nn.Module] = []
    for down, stage in zip(net.downs, net.stages, strict=True):
        steps += [down, *stage.children()]
    blocks = net.blocks()
    first, last = steps.index(blocks[block]), steps.index(blocks[block + count - 1])
    return nn.Sequential(*steps[first : last + 1])


def _dependence(chain: nn.Sequential, inputs: int) -> torch.Tensor:
    """Return (outputs, inputs) float32, from one backward pass: example n asks about output n."""
    side = _reach(chain)
    with torch.no_grad():
        outputs = chain(torch.zeros(1, inputs, side, side)).shape[1]
    x = torch.zeros(outputs, inputs, side, side, requires_grad=True)
    y = chain(x)  # linear: the values of x do not matter
    n = torch.arange(outputs)
    (gradient,) = torch.autograd.grad(y[n, n, y.shape[2] // 2, y.shape[3] // 2].sum(), x)
    return gradient.abs().sum((2, 3))


def _reach(chain: nn.Sequential) -> int:
    """Height and width that one output position reads, were all these layers in one line."""
    reach, jump = 1, 1
    for module in chain.modules():
        if isinstance(module, nn.Conv2d):
            reach += module.dilation[0] * (module.kernel_size[0] - 1) * jump
            jump *= module.stride[0]
        elif isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
            reach += jump
            jump *= 2
    return reach
