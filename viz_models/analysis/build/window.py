"""Several small windows beside one large one: what they see, and what that costs.

References:
    Simonyan & Zisserman 2015, section 2.3: arXiv:1409.1556. Luo et al. 2016, Understanding the
    effective receptive field, eq. 5: arXiv:1701.04128.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (torch's own convention)
from torch import Tensor, nn

from viz_models.analysis.build import window_measure as measure
from viz_models.analysis.pricing import counting
from viz_models.models import registry
from viz_models.models.builder.initialize import initialize
from viz_models.models.versions import torch_version
from viz_models.records import Provenance, Sight, Windows, WindowSpec

SIDE = 28  # height and width of the maps for which costs are given
MAX_FIELD = 31  # pixels
DIRECTIONS = 1024  # random mixtures of outputs, over channels and examples together


def windows(spec: WindowSpec) -> Windows:
    """Measure a stack of convolutions beside one convolution of the same receptive field.

    Raises:
        ValueError: If the field is larger than MAX_FIELD, or a number is below 1.
    """
    check(spec)
    k, d, c = spec.kernel_size, spec.dilation, spec.channels
    with registry.seeded(0):
        stack = [_conv(c, k, d) for _ in range(spec.layers)]
        single = [_conv(c, spec.field, 1)]
    return Windows(
        spec=spec,
        side=SIDE,
        stack=_sight(stack, spec),
        single=_sight(single, spec),
        paths=paths(spec),
        provenance=Provenance(seed=0, versions=torch_version()),
    )


def check(spec: WindowSpec) -> None:
    """Raise a ValueError with one clear line unless it can be measured."""
    if min(spec.layers, spec.kernel_size, spec.dilation, spec.channels) < 1:
        raise ValueError("layers, kernel_size, dilation and channels must be at least 1")
    if spec.kernel_size % 2 == 0:
        raise ValueError(f"a window of {spec.kernel_size} has no center; choose an odd one")
    if spec.field > MAX_FIELD:
        raise ValueError(
            f"{spec.layers} windows would reach {spec.field} pixels; choose at most {MAX_FIELD}"
        )


def paths(spec: WindowSpec) -> np.ndarray:
    """Share of all paths through the stack that begin in each column.

    Returns:
        (field,) float64, sums to 1: 1 3 6 7 6 3 1 over 27 for three windows of 3.
    """
    comb = np.zeros(1 + (spec.kernel_size - 1) * spec.dilation)
    comb[:: spec.dilation] = 1 / spec.kernel_size
    found = np.ones(1)
    for _ in range(spec.layers):
        found = np.convolve(found, comb)
    return found


def _conv(channels: int, kernel: int, dilation: int) -> nn.Conv2d:
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(channels, channels, kernel, padding=padding, dilation=dilation, bias=False)
    initialize(conv, "he")
    return conv


def _sight(convs: Sequence[nn.Conv2d], spec: WindowSpec) -> Sight:
    net = _net(convs)
    with torch.device("meta"):
        hollow = _net([_conv(spec.channels, c.kernel_size[0], c.dilation[0]) for c in convs])
    x = torch.randn(1, spec.channels, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    gradient = _gradient(convs, spec)
    energy = gradient.double().square().sum((0, 1))
    return Sight(
        layers=len(convs),
        kernel_size=convs[0].kernel_size[0],
        dilation=convs[0].dilation[0],
        reach=measure.reach(gradient),
        seen=int((energy > 0).sum()),
        share=(energy / energy.sum()).numpy(),
        parameters=measure.parameters(net),
        macs=counting.multiply_adds(hollow, x.shape),
        kept_bytes=counting.saved_bytes(net, x),
        milliseconds=measure.milliseconds(net, x),
    )


def _net(convs: Sequence[nn.Conv2d]) -> nn.Sequential:
    parts: list[nn.Module] = [convs[0]]
    for conv in convs[1:]:
        parts += [nn.ReLU(), conv]
    return nn.Sequential(*parts)


def _gradient(convs: Sequence[nn.Conv2d], spec: WindowSpec) -> Tensor:
    """Gradients of random mixtures of one pixel's channels: (N, C, field, field).

    The photo is as large as the field, and nothing is padded: one pixel comes out.
    """
    generator = torch.Generator().manual_seed(1)
    n = max(8, DIRECTIONS // spec.channels)
    x = torch.randn(n, spec.channels, spec.field, spec.field, generator=generator).requires_grad_()
    y = _unpadded(convs, x)  # (N, C, 1, 1)
    mixture = torch.randn(y.shape, generator=generator)
    (gradient,) = torch.autograd.grad((y * mixture).sum(), x)
    return gradient


def _unpadded(convs: Sequence[nn.Conv2d], x: Tensor) -> Tensor:
    for i, conv in enumerate(convs):
        x = F.conv2d(x.relu() if i else x, conv.weight, dilation=conv.dilation)
    return x
