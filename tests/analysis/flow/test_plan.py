import re
import threading

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import NodePathTracer

from viz_models.analysis.flow.plan import plan, plan_of, until
from viz_models.models import registry
from viz_models.records import ModelRef


def grouped(planned):
    groups = {}
    for step in planned.steps:
        groups.setdefault(step.group, []).append(step.name)
    return groups


def photo(*shape):
    return torch.empty(1, *(shape or (3, 32, 32)), device="meta")


EXTRACTED = (
    *("resnet18", "alexnet", "vgg11_bn", "googlenet", "inception_v3", "densenet121"),
    *("squeezenet1_1", "shufflenet_v2_x0_5", "mobilenet_v2", "mobilenet_v3_small", "mnasnet0_5"),
    *("resnext50_32x4d", "efficientnet_b0", "efficientnet_v2_s", "regnet_x_400mf"),
    *("regnet_y_400mf", "convnext_tiny", "vit_b_16", "swin_t", "swin_v2_t", "maxvit_t"),
)
CALLS = ("call_module", "call_function", "call_method")
NO_TENSOR = {  # what torch.fx follows too: sizes, what is computed from them, indices, and checks
    *("getattr", "getitem", "size", "floordiv", "add", "mul", "sub", "mod", "eq", "ne", "_assert"),
    *("chunk", "dim", "view"),
}


@pytest.mark.parametrize("name", EXTRACTED)
def test_names_are_those_of_torchvisions_feature_extraction(name):
    """The links of all views carry these names."""
    tracer = NodePathTracer()  # every layer is looked into, those of torchvision.ops, too
    tracer.proxy_buffer_attributes = True
    tracer.trace(registry.skeleton(ModelRef(name=name)))
    calls = [n for node, n in tracer.node_to_qualname.items() if node.op in CALLS]
    ours = [step.name for step in plan(ModelRef(name=name)).steps]
    known = set(ours)
    assert ours == ["input", *(call for call in calls if call in known)]
    rest = [call.rpartition(".")[2] for call in calls if call not in known]
    assert {re.sub(r"_\d+$", "", word) for word in rest} <= NO_TENSOR


def test_what_resnet18_reads_and_what_torchvision_calls_it():
    assert len(plan(ModelRef()).steps) == 70


def test_resnet_folds_into_its_blocks():
    groups = grouped(plan(ModelRef()))
    blocks = [f"layer{i}.{j}" for i in (1, 2, 3, 4) for j in (0, 1)]
    assert list(groups) == ["input", "stem", "pool", *blocks, "avgpool", "head"]
    assert groups["stem"] == ["conv1", "bn1", "relu"]
    assert groups["head"] == ["flatten", "fc"]
    assert groups["layer2.0"] == [
        f"layer2.0.{name}"
        for name in (
            *("conv1", "bn1", "relu", "conv2", "bn2"),
            *("downsample.0", "downsample.1", "add", "relu_1"),
        )
    ]


def test_every_group_is_one_stretch_of_steps():
    changes = []
    for step in plan(ModelRef()).steps:
        if not changes or changes[-1] != step.group:
            changes.append(step.group)
    assert len(changes) == len(set(changes))


def test_a_stack_of_sequentials_folds_by_stage():
    def stage(c_in, c_out):
        return nn.Sequential(nn.Conv2d(c_in, c_out, 3), nn.BatchNorm2d(c_out), nn.ReLU())

    with torch.device("meta"):
        net = nn.Sequential(
            stage(3, 4), stage(4, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)
        )
    groups = grouped(plan_of(net.eval(), photo()))
    assert groups["0"] == ["0.0", "0.1", "0.2"]
    assert groups["1"] == ["1.0", "1.1", "1.2"]
    assert groups["avgpool"] == ["2"]
    assert groups["head"] == ["3", "4"]


def test_a_plain_list_of_layers_folds_between_its_pools():
    with torch.device("meta"):
        net = nn.Sequential(
            *(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(4, 4, 3), nn.ReLU(), nn.MaxPool2d(2)),
        )
    assert grouped(plan_of(net, photo())) == {
        "input": ["input"],
        "stem": ["0", "1"],
        "pool": ["2"],
        "stem_3": ["3", "4"],
        "pool_5": ["5"],
    }


def test_others_run_their_networks_while_one_is_planned():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    x = torch.randn(1, 3, 8, 8)
    expected, troubles, stop = net(x), [], threading.Event()
    swin = torchvision.models.swin_t().eval()  # some of its functions are one step: see there

    def run():
        while not stop.is_set():
            try:
                if not torch.equal(net(x), expected):
                    troubles.append("another result")
            except Exception as error:
                troubles.append(repr(error))

    def look():
        try:
            assert len(plan_of(net, x).steps) == 4
            assert len(plan_of(swin, torch.zeros(1, 3, 64, 64)).steps) == 174
        except Exception as error:
            troubles.append(repr(error))

    home = dict(vars(torchvision.models.swin_transformer))
    runner = threading.Thread(target=run)
    runner.start()
    lookers = [threading.Thread(target=look) for _ in range(4)]
    for thread in lookers:
        thread.start()
    for thread in lookers:
        thread.join()
    stop.set()
    runner.join()
    assert troubles == []
    assert vars(torchvision.models.swin_transformer) == home


class InPlace(nn.Module):
    """Its values are changed by others, before and after somebody reads them."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)

    def forward(self, x):
        a = self.first(x)
        a.mul_(2)  # nobody takes what this returns
        b = self.second(a)
        b.add_(a)
        return b * 3


def test_a_forward_that_is_cut_gives_what_the_step_gave():
    net, x = InPlace().eval(), torch.randn(2, 3, 5, 5)
    with torch.no_grad():
        first = net.first(x)
        second = net.second(2 * first)
        expected = {
            "input": x,
            "first": first,
            "second": second,
            "mul": 2 * first,
            "add": second + 2 * first,
            "mul_1": net(x),
        }
        planned = plan_of(net, x)
        for name, value in expected.items():
            assert torch.equal(until(planned, name, net, x), value), name


def test_a_forward_is_cut_at_known_steps_only():
    with pytest.raises(ValueError, match="unknown step 'layer9'"):
        until(plan(ModelRef()), "layer9", nn.Identity(), torch.zeros(1))
