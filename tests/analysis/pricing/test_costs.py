from dataclasses import replace

import pytest
import torch
import torchvision
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from viz_models.analysis.flow.plan import plan_of
from viz_models.analysis.flow.steps import facts, steps_of
from viz_models.analysis.pricing import costs
from viz_models.records import ModelRef


def counted(net, shape):
    """Multiply-adds by torch's own count; it counts two operations for each."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net(torch.empty(1, *shape, device="meta"))
    return counter.get_total_flops() / 2


def facts_of(net, shape):
    return facts(plan_of(net, torch.empty(1, *shape, device="meta")))


def test_resnet18_costs_what_torch_counts():
    with torch.device("meta"):
        net = torchvision.models.resnet18(weights=None).eval()
    totals = costs.totals(steps_of(ModelRef()))
    assert totals.macs == counted(net, (3, 224, 224)) == 1814073344
    assert totals.parameters == sum(p.numel() for p in net.parameters()) == 11689512


def test_every_step_of_resnet18_costs_what_torch_counts():
    with torch.device("meta"):
        net = torchvision.models.resnet18(weights=None).eval()
    for step in steps_of(ModelRef()):
        if step.module and step.op != "add":
            module = net.get_submodule(step.module)
            assert step.macs == counted(module, step.input_shapes[0]), step.name
            assert step.parameters == sum(p.numel() for p in module.parameters()), step.name


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@pytest.mark.filterwarnings("ignore:Using padding=.same.")
@settings(deadline=None, max_examples=40)
@given(
    groups=st.integers(1, 3),
    widths=pairs,
    size=st.tuples(st.integers(3, 20), st.integers(3, 20)),
    kernel=pairs,
    stride=pairs,
    padding=st.one_of(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.just("same")),
    dilation=pairs,
    bias=st.booleans(),
)
def test_any_convolution(groups, widths, size, kernel, stride, padding, dilation, bias):
    stride = (1, 1) if padding == "same" else stride
    channels = [groups * w for w in widths]
    with torch.device("meta"):
        conv = nn.Conv2d(*channels, kernel, stride, padding, dilation, groups, bias)
    shape = (channels[0], *size)
    try:
        step = facts_of(nn.Sequential(conv), shape)[-1]
    except RuntimeError:  # the kernel is larger than the padded map
        assume(False)
    assert step.macs == counted(conv, shape)
    assert step.parameters == sum(p.numel() for p in conv.parameters())
    assert step.output_shape == tuple(conv(torch.empty(1, *shape, device="meta")).shape[1:])
    assert step.bytes == 4 * torch.Size(step.output_shape).numel()


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
@settings(deadline=None, max_examples=20)
def test_any_linear_layer(inputs, outputs, bias):
    with torch.device("meta"):
        linear = nn.Linear(inputs, outputs, bias)
    step = facts_of(nn.Sequential(linear), (inputs,))[-1]
    assert step.macs == counted(linear, (inputs,)) == inputs * outputs
    assert step.parameters == inputs * outputs + bias * outputs


def test_what_torch_does_not_count_is_free():
    free = {s.op for s in steps_of(ModelRef()) if s.macs == 0}
    assert free == {
        *("input", "batch_norm", "relu", "max_pool2d", "add", "adaptive_avg_pool2d", "flatten")
    }


def test_a_module_used_twice_is_paid_for_once_but_runs_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(2, 2, 3, padding=1)

        def forward(self, x):
            return self.conv(self.conv(x))

    with torch.device("meta"):
        net = Twice()
    totals = costs.totals(facts_of(net, (2, 5, 5)))
    assert totals.parameters == sum(p.numel() for p in net.parameters())
    assert totals.macs == counted(net, (2, 5, 5))


def test_bytes_are_those_of_float32():
    step = replace(steps_of(ModelRef())[1], output_shape=(2, 3, 5))
    assert costs.output_bytes(step) == torch.zeros(2, 3, 5).nbytes


@pytest.mark.parametrize("net", [nn.AvgPool2d(3, 2, 1), nn.MaxPool2d(3, 2, 1, dilation=2)])
def test_windows_of_pools(net):
    step = facts_of(nn.Sequential(net).to("meta"), (2, 9, 9))[-1]
    assert (step.kernel_size, step.stride, step.padding) == ((3, 3), (2, 2), (1, 1))
    assert step.dilation == ((2, 2) if isinstance(net, nn.MaxPool2d) else (1, 1))
