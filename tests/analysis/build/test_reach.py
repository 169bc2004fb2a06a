"""Receptive fields against the pixels that a gradient reaches."""

import pytest
import torch

from viz_models.analysis.build.reach import receptive_fields
from viz_models.models import builder
from viz_models.records import ConvSpec

SPECS = (
    ConvSpec(depths=(4,), widths=(2,), size=32, activation="identity"),
    ConvSpec(depths=(2, 2), widths=(2, 4), size=64, activation="identity"),
    ConvSpec(depths=(2,), widths=(2,), kernel_size=5, dilation=2, size=64, activation="identity"),
    ConvSpec(depths=(1, 1), widths=(2, 2), down="avg pool", connect="plain", activation="identity"),
    ConvSpec(depths=(2,), widths=(8,), block="bottleneck", size=32, activation="identity"),
)


@pytest.mark.parametrize("spec", SPECS, ids=range(len(SPECS)))
def test_as_many_pixels_as_the_gradient_reaches(spec):
    net = builder.build(spec, 0)
    x = torch.randn(1, 3, spec.size, spec.size, requires_grad=True)
    h = net.stem(x)
    for down, stage in zip(net.downs, net.stages, strict=True):
        h = stage(down(h))
    middle = h.shape[-1] // 2
    (gradient,) = torch.autograd.grad(h[0, :, middle, middle].sum(), x)
    rows = gradient[0].abs().sum((0, 2)).nonzero()
    assert rows.max() - rows.min() + 1 == receptive_fields(spec)[-1]
