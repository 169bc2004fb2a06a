"""Who sees whom, against what group arithmetic says and against changing one channel."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from viz_models.analysis.build.connectivity import connectivity
from viz_models.models import builder
from viz_models.records import ConvSpec

GROUPED = ConvSpec(depths=(4,), widths=(16,), groups=4, connect="plain", norm="layer", se_ratio=4)


def test_one_block_is_the_groups_as_squares():
    found = connectivity(GROUPED, 1)
    truth = np.kron(np.eye(4), np.ones((4, 4)))
    np.testing.assert_array_equal(found.matrix > 0, truth)
    assert found.sees == (4, 4)
    assert found.blocks == (1, 1)


def test_the_numbers_are_the_kernels_own():
    """Through one convolution |dy_c / dx_k| is |w|, summed over the kernel."""
    found = connectivity(GROUPED, 2)
    plain = replace(GROUPED, norm="none", se_ratio=0)
    weight = builder.build(plain, 0).blocks()[2].branch.conv1.weight.detach()
    sums = weight.abs().sum((2, 3))  # (16, 4)
    for c in range(16):
        first = c // 4 * 4
        torch.testing.assert_close(torch.from_numpy(found.matrix[c, first : first + 4]), sums[c])


@pytest.mark.parametrize(("shuffle", "count", "sees"), [
    (False, 1, 4), (False, 2, 4), (False, 3, 4), (True, 1, 4), (True, 2, 16), (True, 3, 16),
])  # fmt: skip
def test_a_shuffle_opens_the_groups_one_block_later(shuffle, count, sees):
    found = connectivity(GROUPED, 1, count, shuffle=shuffle)
    assert found.sees == (sees, sees)
    assert found.shuffle is shuffle


@pytest.mark.parametrize(
    "spec",
    [
        replace(GROUPED, connect="residual", shuffle=True),
        replace(GROUPED, groups=16),
        replace(GROUPED, depths=(2, 2), widths=(8, 16), down="max pool", kernel_size=5),
        replace(GROUPED, depths=(2, 2), widths=(8, 16), connect="residual", dilation=2),
        replace(GROUPED, block="bottleneck", widths=(32,), pointwise_groups=2, shuffle=True),
        replace(GROUPED, block="basic", widths=(8,), connect="dense", padding="same"),
        replace(GROUPED, connect="split", depths=(2, 2), widths=(8, 16), padding="same"),
    ],
    ids=["residual", "depthwise", "pooled", "strided", "shufflenet", "dense", "split"],
)
def test_it_is_what_changing_one_input_channel_changes(spec):
    """Without norms, activations and gates the blocks are linear: move x_k, see which y move."""
    found = connectivity(spec, 1, 2)
    bare = replace(spec, norm="none", activation="identity", se_ratio=0)
    net = builder.build(bare, 0)
    steps = [m for d, s in zip(net.downs, net.stages, strict=True) for m in (d, *s.children())]
    first, last = (steps.index(net.blocks()[i]) for i in (1, 2))
    outputs, inputs = found.matrix.shape
    generator = torch.Generator().manual_seed(0)
    seen = np.zeros((outputs, inputs), bool)
    with torch.no_grad():
        for k in range(inputs):
            x = torch.zeros(1, inputs, 24, 24)
            x[:, k] = torch.rand(24, 24, generator=generator)
            for step in steps[first : last + 1]:
                x = step(x)
            seen[:, k] = x[0].abs().amax((1, 2)) > 0
    np.testing.assert_array_equal(found.matrix > 0, seen)


def test_blocks_that_are_not_there_are_refused():
    for block, count in ((4, 1), (3, 2), (-1, 1), (0, 0)):
        with pytest.raises(ValueError, match="choose 0 to 3"):
            connectivity(GROUPED, block, count)
