"""Two networks step by step, beside differences that torch computes from hooks."""

import math

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import get_graph_node_names

from tests.analysis.anynet import zoo
from viz_models import RecordSpec, compare, trace


def outputs(net, x):
    """What each module with weights gives: copied by a hook, in a run that nobody records."""
    seen, handles = {}, []
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d | nn.Linear):
            handles.append(
                module.register_forward_hook(
                    lambda _, __, out, name=name: seen.update({name: out.clone()})
                )
            )
    with torch.no_grad():
        net(x)
    for handle in handles:
        handle.remove()
    return seen


def resnet(seed):
    torch.manual_seed(seed)
    return torchvision.models.resnet18(num_classes=5).eval()


def test_two_checkpoints_differ_as_torch_says():
    a, b, x = resnet(0), resnet(1), zoo.pixels(2, 3, 32, 32)
    found = compare(trace(a, x), trace(b, x))
    rows = {pair.name: pair for pair in found.pairs}
    ours, theirs = outputs(a, x), outputs(b, x)
    assert len(ours) == 41
    for name, value in ours.items():
        apart = (value - theirs[name]).abs()
        assert rows[name].difference == pytest.approx(float(apart.max()), rel=1e-6), name
        assert float(apart[rows[name].cell]) == float(apart.max())
        assert rows[name].relative == pytest.approx(float(apart.max() / value.abs().max()))
    assert found.parting.name == "conv1"
    assert rows["input"].meeting == "same"
    assert found.alone == ()


def test_they_part_where_one_weight_was_changed():
    net, x = resnet(0), zoo.pixels(1, 3, 32, 32)
    before = trace(net, x)
    with torch.no_grad():
        net.layer3[1].conv1.weight[0] += 1
    found = compare(before, trace(net, x))
    assert found.parting.name == "layer3.1.conv1"
    names = [pair.name for pair in found.pairs]
    assert names == [step.name for step in before]
    at = names.index("layer3.1.conv1")
    assert {pair.meeting for pair in found.pairs[:at]} == {"same"}
    assert found.counts["same"] >= at
    assert "part at layer3.1.conv1: values differ by" in found.sentence


def test_a_step_without_a_partner_is_listed():
    torch.manual_seed(0)
    nets = [torchvision.models.resnet18().eval(), torchvision.models.resnet34().eval()]
    names = [set(get_graph_node_names(net)[1]) for net in nets]
    x = zoo.pixels(1, 3, 32, 32)
    found = compare(*(trace(net, x) for net in nets))
    assert {pair.name for pair in found.alone} == names[1] - names[0]
    assert {pair.meeting for pair in found.alone} == {"only in B"}
    order = [pair.name for pair in found.pairs]
    assert (
        order.index("layer1.1.relu_1") < order.index("layer1.2.conv1") < order.index("layer2.0.add")
    )
    back = compare(*(trace(net, x) for net in nets[::-1]))
    assert {pair.meeting for pair in back.alone} == {"only in A"}


def test_other_shapes_and_numbers_that_are_none():
    class Net(nn.Module):
        def __init__(self, width, fill):
            super().__init__()
            self.fc, self.fill = nn.Linear(2, width), fill

        def forward(self, x):
            return self.fc(x), torch.cat([x, self.fill])

    x, nan, inf = torch.ones(1, 2), math.nan, math.inf
    a = Net(3, torch.tensor([[nan, inf]]))
    for width, fill, meeting, apart in (
        (4, [nan, inf], "same", 0.0),
        (3, [1.0, inf], "values differ", inf),
        (3, [nan, -inf], "values differ", inf),
    ):
        found = compare(trace(a, x), trace(Net(width, torch.tensor([fill])), x))
        rows = {pair.name: pair for pair in found.pairs}
        assert rows["fc"].meeting == ("shapes differ" if width == 4 else "values differ")
        assert (rows["cat"].meeting, rows["cat"].difference) == (meeting, apart)
        assert found.frame().set_index("step").loc["fc", "b_shape"] == (1, width)


def test_what_was_not_kept_is_not_called_the_same():
    net, x = nn.Sequential(*(nn.Linear(100, 100) for _ in range(5))), torch.ones(1, 100)
    found = compare(trace(RecordSpec(max_bytes=1000), net, x), trace(net, x))
    assert found.counts["not kept"] == 4
    assert "not kept: 4" in found.sentence
    assert "bit for bit" in found._repr_html_()


def test_gradients_are_compared_where_both_have_them():
    a, b, x = nn.Linear(3, 2), nn.Linear(3, 2), torch.ones(1, 3)

    def loss(out):
        return (out**2).sum()

    found = compare(trace(a, x, loss=loss), trace(b, x, loss=loss))
    slopes = []
    for net in (a, b):
        out = net(x)
        slopes.append(2 * out.detach())
    wanted = float((slopes[0] - slopes[1]).abs().max())
    assert found.pairs[-1].gradient_difference == pytest.approx(wanted)
    assert found.rows()[-1]["gradient_difference"] == found.pairs[-1].gradient_difference


@pytest.mark.parametrize("other", [nn.Linear(2, 2), None, 3])
def test_what_is_no_trace_gets_one_line(other):
    with pytest.raises(ValueError, match="compare takes two traces") as caught:
        compare(trace(nn.Linear(2, 2), torch.ones(1, 2)), other)
    assert "\n" not in str(caught.value)
