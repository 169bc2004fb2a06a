"""Blocks that begin as the identity, put into a network while it trains."""

from dataclasses import replace

import torch
from torch import nn

from viz_models.language import gettext as _
from viz_models.models import builder
from viz_models.models.builder.conv import Block, ConvNet
from viz_models.models.builder.repair import repaired
from viz_models.records import Activation, ConvSpec, Growth, ModelSpec, RunSpec

# f(f(x)) = f(x): after the sum, one more of them changes nothing
IDEMPOTENT: tuple[Activation, ...] = ("relu", "identity")
# f(0) = 0 and f'(0) is not: after a branch of zeros they give zeros, and pass gradients
THROUGH_ZERO: tuple[Activation, ...] = (*("leaky_relu", "elu", "gelu", "silu", "tanh", "identity"),)
MAX_BLOCKS = 32


def check(spec: ModelSpec, growth: Growth) -> None:
    """Raise a ValueError with one clear line unless blocks can be put into such a network."""
    if not 0 < growth.at < 1:
        raise ValueError(
            _("growth at {at}: choose a share of the budget between 0 and 1").format(at=growth.at)
        )
    if not 1 <= growth.blocks <= MAX_BLOCKS:
        raise ValueError(
            _("{blocks} blocks to grow by: choose 1 to {most}").format(
                blocks=growth.blocks, most=MAX_BLOCKS
            )
        )
    if not (isinstance(spec, ConvSpec) and spec.connect == "residual"):
        raise ValueError(
            _("only a residual convolutional network can grow; its skips keep the input")
        )
    if spec.block == "inception":
        raise ValueError(_("an Inception block ends in four paths; choose another block to grow"))
    plain = spec.activate == "branch" and not spec.pre_activation
    if spec.activate == "sum" and not spec.pre_activation and spec.activation not in IDEMPOTENT:
        raise ValueError(
            _("{activation} after a sum changes it again; choose relu to grow").format(
                activation=spec.activation
            )
        )
    if plain and spec.activation not in THROUGH_ZERO:
        raise ValueError(
            _(
                "a branch that ends in {activation} cannot start as zeros and learn; "
                "choose activate sum, or pre-activation"
            ).format(activation=spec.activation)
        )
    grown(spec, growth)


def grown(spec: ConvSpec, growth: Growth) -> ConvSpec:
    """Return the spec of the network afterwards.

    Raises:
        ValueError: If it cannot be built.
    """
    wanted = replace(spec, depths=tuple(depth + growth.blocks for depth in spec.depths))
    _rest, repairs = repaired(wanted)
    if repairs:
        raise ValueError(
            _("after growing, {field}: {why}").format(field=repairs[0].field, why=repairs[0].why)
        )
    return wanted


def grow_run(net: nn.Module, run: RunSpec) -> None:
    """Put the blocks that a run asks for into its network, in place."""
    assert isinstance(net, ConvNet)
    assert isinstance(run.model, ConvSpec)
    assert run.growth is not None
    grow(net, run.model, run.growth, run.seed)


def grow(net: ConvNet, spec: ConvSpec, growth: Growth, seed: int) -> list[Block]:
    """Put the blocks at the end of each stage, in place; the network's outputs stay the same.

    The last scale of every new branch is 0 (of its norm, or of its last convolution where there
    is none), so h + F(h) = h to the last digit.

    Args:
        net: Of that spec.
        spec: Before growing.
        growth: How many blocks, and whether the older ones train no more.
        seed: Of the new blocks' other weights.

    Returns:
        The new blocks.

    References:
        Chen et al. 2016, Net2DeeperNet: arXiv:1511.05641. Zero gamma: Goyal et al. 2017, 5.1,
        arXiv:1706.02677.
    """
    example = next(net.parameters())
    deeper = builder.build(grown(spec, growth), seed)
    assert isinstance(deeper, ConvNet)
    net.zero_grad()  # what trains no more must not keep its last gradient
    if growth.freeze:
        for old in net.blocks():
            old.requires_grad_(False)
    added = []
    for stage, source in zip(net.stages, deeper.stages, strict=True):
        blocks = list(source.children())[-growth.blocks :]
        for block in blocks:
            assert isinstance(block, Block)
            begin_as_identity(block.branch)
            block.to(example.device)
            stage.append(block)  # type: ignore[operator]
            added.append(block)
    return added


@torch.no_grad()
def begin_as_identity(branch: nn.Sequential) -> None:
    """Zero what the branch's output is multiplied with last."""
    scaled = [
        m for m in branch if isinstance(m, nn.Conv2d) or getattr(m, "weight", None) is not None
    ]
    last = scaled[-1]
    nn.init.zeros_(last.weight)  # type: ignore[arg-type]
    if getattr(last, "bias", None) is not None:
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
