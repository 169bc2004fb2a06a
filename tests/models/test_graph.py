import threading

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import get_graph_node_names

from viz_models.models.graph import graph, graph_of, up_to
from viz_models.records import ModelRef


def grouped(traced):
    groups = {}
    for node, group in traced.groups.items():
        groups.setdefault(group, []).append(traced.names[node])
    return groups


def test_names_are_those_of_torchvisions_feature_extraction():
    _, names = get_graph_node_names(torchvision.models.resnet18(weights=None).eval())
    ours = list(graph(ModelRef()).names.values())
    assert ours == ["input", *names[1:]]
    assert len(ours) == 70


def test_resnet_folds_into_its_blocks():
    groups = grouped(graph(ModelRef()))
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
    for group in graph(ModelRef()).groups.values():
        if not changes or changes[-1] != group:
            changes.append(group)
    assert len(changes) == len(set(changes))


def test_a_stack_of_sequentials_folds_by_stage():
    def stage(c_in, c_out):
        return nn.Sequential(nn.Conv2d(c_in, c_out, 3), nn.BatchNorm2d(c_out), nn.ReLU())

    with torch.device("meta"):
        net = nn.Sequential(
            stage(3, 4), stage(4, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)
        )
    groups = grouped(graph_of(net.eval()))
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
    assert grouped(graph_of(net)) == {
        "input": ["input"],
        "stem": ["0", "1"],
        "pool": ["2"],
        "stem_3": ["3", "4"],
        "pool_5": ["5"],
    }


def test_others_run_their_networks_while_one_is_traced():
    # torch.fx replaces nn.Module.__call__ for the whole process while it traces
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    x = torch.randn(1, 3, 8, 8)
    expected, troubles, stop = net(x), [], threading.Event()

    def run():
        while not stop.is_set():
            try:
                if not torch.equal(net(x), expected):
                    troubles.append("another result")
            except Exception as error:
                troubles.append(repr(error))

    def trace():
        try:
            assert len(graph_of(torchvision.models.resnet18(weights=None).eval()).names) == 70
        except Exception as error:
            troubles.append(repr(error))

    runner = threading.Thread(target=run)
    runner.start()
    tracers = [threading.Thread(target=trace) for _ in range(4)]
    for thread in tracers:
        thread.start()
    for thread in tracers:
        thread.join()
    stop.set()
    runner.join()
    assert troubles == []


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
        return b * 3  # a step named mul; the one above is mul_


def test_a_forward_that_is_cut_gives_what_the_step_gave():
    net, x = InPlace().eval(), torch.randn(2, 3, 5, 5)
    with torch.no_grad():
        first = net.first(x)
        second = net.second(2 * first)
        expected = {
            "input": x,
            "first": first,
            "second": second,
            "add_": second + 2 * first,
            "mul": net(x),
        }
        traced = graph_of(net)
        assert set(expected) < set(traced.names.values())
        for name, value in expected.items():
            found = torch.fx.Interpreter(net, graph=up_to(traced, name)).run(x.clone())
            assert torch.equal(found, value), name


def test_a_forward_is_cut_at_known_steps_only():
    with pytest.raises(ValueError, match="unknown step 'layer9'"):
        up_to(graph(ModelRef()), "layer9")
