"""Shape formulas against the shapes that torch's own modules give."""

import re

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from viz_models.analysis.flow.shapes import channels, formula, why_addable
from viz_models.analysis.flow.trace import steps_of
from viz_models.records import ModelRef, Step

RESNET = steps_of(ModelRef())


def by_name(name):
    return next(s for s in RESNET if s.name == name)


def step_of(op, module, size):
    """The step of one module on a map of that size, shaped by torch itself."""
    with torch.no_grad():
        out = module(torch.zeros(1, 4, *size))[0]
    pair = lambda v: (v, v) if isinstance(v, int) else tuple(v)  # noqa: E731
    return Step(
        name="here",
        op=op,
        group="test",
        inputs=("before",),
        input_shapes=((4, *size),),
        output_shape=tuple(out.shape),
        kernel_size=pair(module.kernel_size),
        stride=pair(module.stride),
        padding=pair(module.padding),
        dilation=pair(module.dilation),
        groups=getattr(module, "groups", 1),
    )


def evaluated(line):
    """Work out the left side of one formula as Python would, and read its right side."""
    left, right = re.sub(r"^[HW]: ", "", line).rsplit(" = ", 1)
    left = left.replace("·", "*").replace("−", "-").replace("/", "//")
    if "⌈" in left:
        left = re.sub(r"⌈\((.*)\) // (\d+)⌉", r"-(-(\1) // \2)", left)
    return eval(left.replace("⌊", "(").replace("⌋", ")")), int(right)


KERNELS = st.tuples(st.integers(1, 5), st.integers(1, 5))
STEPS = st.tuples(st.integers(1, 3), st.integers(1, 3))
SIZES = st.tuples(st.integers(9, 40), st.integers(9, 40))


@settings(max_examples=150)
@given(
    kernel=KERNELS,
    stride=STEPS,
    padding=st.tuples(*[st.integers(0, 3)] * 2),
    dilation=STEPS,
    size=SIZES,
)
def test_the_convolution_formula_works_out(kernel, stride, padding, dilation, size):
    assume(
        all(
            n + 2 * p > d * (k - 1)
            for n, p, d, k in zip(size, padding, dilation, kernel, strict=True)
        )
    )
    step = step_of("conv2d", nn.Conv2d(4, 2, kernel, stride, padding, dilation), size)
    lines = formula(step).splitlines()
    expected = step.output_shape[1:] if len(lines) == 2 else (step.output_shape[1],)
    for line, n in zip(lines, expected, strict=True):
        assert evaluated(line) == (n, n)
    if len(lines) == 1:
        assert step.output_shape[1] == step.output_shape[2]


@settings(max_examples=150)
@given(kernel=KERNELS, stride=STEPS, ceil_mode=st.booleans(), pad=st.booleans(), size=SIZES)
def test_the_pooling_formula_works_out(kernel, stride, ceil_mode, pad, size):
    padding = tuple(k // 2 for k in kernel) if pad else 0
    step = step_of(
        "max_pool2d", nn.MaxPool2d(kernel, stride, padding, 1, ceil_mode=ceil_mode), size
    )
    lines = formula(step).splitlines()
    for line, n in zip(lines, step.output_shape[1:], strict=False):
        assert evaluated(line) == (n, n)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("input", "3×224×224: color channels × rows × columns"),
        ("conv1", "⌊(224 + 2·3 − 7) / 2⌋ + 1 = 112"),
        ("bn1", "same shape: 64×112×112"),
        ("maxpool", "⌊(112 + 2·1 − 3) / 2⌋ + 1 = 56"),
        ("layer2.0.conv1", "⌊(56 + 2·1 − 3) / 2⌋ + 1 = 28"),
        ("layer2.0.downsample.0", "⌊(56 + 2·0 − 1) / 2⌋ + 1 = 28"),
        ("layer2.0.add", "same shape on both sides: 128×28×28"),
        ("avgpool", "7 / 7 = 1"),
        ("flatten", "512·1·1 = 512"),
        ("fc", "1000×512 · 512 = 1000"),
    ],
)
def test_resnet18(name, text):
    assert formula(by_name(name)) == text


def test_dilation_and_unequal_sides_are_spelled_out():
    step = step_of("conv2d", nn.Conv2d(4, 2, (3, 5), 1, (2, 1), (2, 1)), (10, 12))
    assert formula(step) == (
        "H: ⌊(10 + 2·2 − 2·(3 − 1) − 1) / 1⌋ + 1 = 10\nW: ⌊(12 + 2·1 − 5) / 1⌋ + 1 = 10"
    )


@pytest.mark.parametrize(("size", "outputs"), [((7, 7), 3), ((10, 5), 4), ((3, 2), 5)])
def test_adaptive_windows_are_the_ones_torch_uses(size, outputs):
    x = torch.zeros(1, 1, *size, requires_grad=True)
    out = nn.AdaptiveAvgPool2d(outputs)(x)[0]
    heights = set()
    for i in range(outputs):
        (gradient,) = torch.autograd.grad(out[0, i, 0], x, retain_graph=True)
        heights.add(int((gradient[0, 0] != 0).any(1).sum()))
    step = Step(
        name="pool",
        op="adaptive_avg_pool2d",
        group="test",
        input_shapes=((1, *size),),
        output_shape=tuple(out.shape),
    )
    line = formula(step).splitlines()[0].removeprefix("H: ")
    wanted = " or ".join(map(str, sorted(heights)))
    assert line == f"{size[0]} → {outputs} by windows of {wanted}"


def test_channels_count_the_weights_that_torch_counts():
    for step in RESNET:
        if step.op == "conv2d":
            assert channels(step).endswith(f"= {step.parameters} weights")  # ResNet: no bias
    grouped = step_of("conv2d", nn.Conv2d(4, 6, 3, groups=2), (9, 9))
    count = nn.Conv2d(4, 6, 3, groups=2).weight.numel()
    assert f"= {count} weights; in 2 groups, each seeing 2 of" in channels(grouped)
    assert channels(by_name("maxpool")) == "each of the 64 maps is pooled on its own"
    assert channels(by_name("fc")) == "1000 rows of weights, one per output value"


def test_why_the_two_sides_can_be_added():
    identity = why_addable(by_name("layer1.0.add"), RESNET)
    assert "64×56×56" in identity
    assert "identity" in identity
    projected = why_addable(by_name("layer2.0.add"), RESNET)
    for part in (
        "128×28×28",
        "64×56×56",
        "layer2.0.downsample.0 is a 1×1 convolution with stride 2",
        "⌊(56 + 2·0 − 1) / 2⌋ + 1 = 28",
        "128 kernels",
    ):
        assert part in projected


def test_only_adds_are_explained():
    with pytest.raises(ValueError, match="conv1 does not add"):
        why_addable(by_name("conv1"), RESNET)
