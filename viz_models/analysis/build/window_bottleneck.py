"""What a 1x1 convolution does in a bottleneck: channels change, what is seen does not.

References:
    He et al. 2016, figure 5: arXiv:1512.03385. Lin et al. 2014, arXiv:1312.4400 (1x1).
"""

import torch
from torch import nn

from viz_models.analysis.build import window_measure as measure
from viz_models.analysis.pricing.counting import multiply_adds
from viz_models.models.builder import plan
from viz_models.models.builder.conv import Block
from viz_models.models.versions import torch_version
from viz_models.records import (
    BlockFacts,
    BlockKind,
    Bottleneck,
    BottleneckSpec,
    ConvFacts,
    ConvSpec,
    Provenance,
)

NARROW = 32  # channels of the copy on which gradients are taken: a field does not depend on them
PROBE = 11  # pixels


def bottleneck(spec: BottleneckSpec) -> Bottleneck:
    """Return a block of ResNet-50 beside basic blocks as wide as its ends, and as its middle.

    Raises:
        ValueError: If there is no such stage, or the channels cannot be divided so.
    """
    if spec.stage not in range(1, 5):
        raise ValueError(f"stage {spec.stage}: ResNet-50 has stages 1 to 4")
    if spec.reduce not in (1, 2, 4, 8, 16):
        raise ValueError(f"{spec.reduce} times fewer channels: choose 1, 2, 4, 8 or 16")
    return Bottleneck(
        spec=spec,
        narrow=_facts("bottleneck", spec.channels, spec),
        basic=_facts("basic", spec.channels, spec),
        thin=_facts("basic", spec.channels // spec.reduce, spec),
        provenance=Provenance(versions=torch_version()),
    )


def block(kind: BlockKind, channels: int, reduce: int) -> Block:
    """Return a block as ResNet builds it, with equal shapes in and out, in eval mode."""
    net = ConvSpec(
        depths=(2,),
        widths=(channels,),
        block=kind,
        expansion=reduce,
        norm="batch",
        activate="sum",
    )
    (stage,) = plan.stages(net)
    return Block(net, stage.blocks[1], scale=1.0).eval()


def _facts(kind: BlockKind, channels: int, spec: BottleneckSpec) -> BlockFacts:
    with torch.device("meta"):
        hollow = block(kind, channels, spec.reduce)
    shape = (1, channels, spec.side, spec.side)
    convs = [m for m in hollow.branch if isinstance(m, nn.Conv2d)]
    return BlockFacts(
        convs=tuple(
            ConvFacts(
                kernel_size=conv.kernel_size[0],
                inputs=conv.in_channels,
                outputs=conv.out_channels,
                reach=reach,
                parameters=measure.parameters(conv),
                macs=multiply_adds(conv, (1, conv.in_channels, *shape[2:])),
            )
            for conv, reach in zip(convs, _reaches(kind, spec.reduce), strict=True)
        ),
        parameters=measure.parameters(hollow),
        macs=multiply_adds(hollow, shape),
    )


def _reaches(kind: BlockKind, reduce: int) -> list[int]:
    """Return what the pixel in the middle sees of the block's input, after each convolution."""
    net = block(kind, NARROW, min(reduce, NARROW // 2))
    x = torch.randn(4, NARROW, PROBE, PROBE, generator=torch.Generator().manual_seed(0))
    x.requires_grad_()
    found, h = [], x
    for module in net.branch:
        h = module(h)
        if isinstance(module, nn.Conv2d):
            middle = h[:, :, PROBE // 2, PROBE // 2].square().sum()
            (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
            found.append(measure.reach(gradient))
    return found
