"""Any network: recorded bit for bit, every value as others see it, nothing left behind."""

import threading
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from tests.analysis.anynet import capture, zoo
from viz_models import trace
from viz_models.records import RecordSpec

OWN = list(zoo.own_entries())
VISION = (
    *("resnet18", "densenet121", "shufflenet_v2_x0_5", "mobilenet_v3_small", "vit_b_32"),
    *("lraspp_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn"),
    *("ssdlite320_mobilenet_v3_large", "raft_small", "r3d_18", "quantized_mobilenet_v2"),
)
ENTRIES = {name: make for _, name, make in [*OWN, *zoo.torchvision_entries()]}


def check(net, args, kwargs):
    """Record a network, compare its output with a bare run and all values with a capture."""
    before = [dict(m.__dict__) for m in net.modules()]  # a ScriptModule has a forward there
    found = trace(net, *args, **kwargs)
    assert [dict(m.__dict__).get("forward") for m in net.modules()] == [
        there.get("forward") for there in before
    ]
    assert found.check.exact, found.check
    assert max(Counter(s.name for s in found.steps).values()) == 1
    compared = capture.compare(found, net, args, kwargs)
    assert not compared.wrong
    assert not compared.unseen
    assert compared.same + compared.blank == compared.values >= len(found.steps)
    return compared


@pytest.mark.parametrize("name", [name for _, name, _ in OWN])
def test_torchs_own_layers_and_odd_networks(name):
    check(*ENTRIES[name]())


@pytest.mark.slow
@pytest.mark.parametrize("name", VISION)
def test_torchvision(name):
    torch.manual_seed(0)
    assert check(*ENTRIES[name]()).modules > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.TIMM)
def test_timm(name):
    pytest.importorskip("timm", reason="timm is a test requirement: see requirements-dev.txt")
    assert check(*zoo.timm_entry(name)).modules > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "t5", "vit"])
def test_transformers(name):
    pytest.importorskip("transformers", reason="a test requirement: see requirements-dev.txt")
    assert check(*zoo.transformers_entry(name)).modules > 3


def test_the_capture_notices_a_single_wrong_bit():
    net, args = nn.Sequential(nn.Linear(4, 3), nn.ReLU()), (zoo.pixels(2, 4),)
    found = trace(net, *args)
    values = tuple(tuple(v.copy() for v in given) for given in found.values)
    values[1][0][1, 2] = np.nextafter(values[1][0][1, 2], np.float32(9))
    compared = capture.compare(replace(found, values=values), net, args, {})
    assert compared.wrong == ["0", "0 (hook)"]


def test_an_exported_program():
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Softmax(-1))
    program = torch.export.export(net, (torch.ones(2, 4),))
    found = trace(program.module(), torch.ones(2, 4))
    assert found.check.exact
    assert [step.op for step in found] == ["input", "linear", "relu", "softmax"]
    assert [step.name for step in found] == ["input", "linear", "relu", "softmax"]


def test_operators_of_a_script_are_named_without_their_overload():
    net = torch.jit.script(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    assert [s.name for s in trace(net, torch.ones(2, 4))] == ["input", "t", "addmm", "relu"]


def test_steps_say_what_they_read_also_after_a_write():
    found = trace(zoo.Writes(), torch.zeros(2, 3))
    by_name = {step.name: step for step in found.steps}
    assert by_name["mul"].inputs[0].name == "add"  # x += 1 came later than the input
    assert by_name["add_1"].inputs[0].name == "setitem"  # y[:, 1] = −1
    assert found.value("input").tolist() == [[0] * 3] * 2
    assert found.value("mul").tolist() == [[2] * 3] * 2  # as it was before row.mul_(3)
    assert found.value("setitem").tolist() == [[6, -1, 6], [2, -1, 2]]
    assert found.outputs[0].name == found.steps[-1].name


def test_names_are_torchvisions():
    from torchvision.models.feature_extraction import get_graph_node_names

    net = torchvision.models.resnet18().eval()
    names = [s.name for s in trace(net, torch.rand(1, 3, 32, 32)).steps]
    assert names == ["input", *get_graph_node_names(net)[1][1:]]
    call = trace(net, torch.rand(1, 3, 32, 32)).steps[1].call
    assert call == "conv2d(input, conv1.weight, None, (2, 2), (3, 3), (1, 1), 1)"


def test_a_shared_layer_has_the_name_below_the_current_path():
    found = trace(zoo.Shared(), torch.rand(2, 4))
    assert [s.name for s in found.steps] == ["input", "a", "relu", "a_1"]


def test_training_mode_moves_nothing():
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5))
    before = {name: b.clone() for name, b in net.named_buffers()}
    x, state = torch.rand(8, 3), torch.get_rng_state()
    assert trace(net, x).check.exact
    assert all(torch.equal(b, before[name]) for name, b in net.named_buffers())
    assert torch.equal(torch.get_rng_state(), state)


def test_the_fused_layers_are_one_step_or_say_that_bits_change():
    net, args, kwargs = ENTRIES["MultiheadAttention"]()
    whole = trace(net, *args, **kwargs)
    assert [s.op for s in whole.steps][-1] == "MultiheadAttention"
    assert "one step" in whole.notes[0]
    unfolded = trace(RecordSpec(unfold_attention=True), net, *args, **kwargs)
    assert len(unfolded.steps) > len(whole.steps)
    assert unfolded.check.difference < 1e-5


def test_a_step_keeps_what_it_wrote_to_a_buffer_that_is_given_back():
    net = nn.BatchNorm1d(3)
    found = trace(net, torch.rand(8, 3))
    assert found.value("add").tolist() == 1  # num_batches_tracked, in training mode
    assert int(net.num_batches_tracked) == 0


class Raises(nn.Module):
    def __init__(self, error):
        super().__init__()
        self.layer, self.error = nn.Linear(2, 2), error

    def forward(self, x):
        self.layer(x)
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("checked", [True, False])
def test_nothing_is_left_behind_after_an_error(error, checked):
    net = Raises(error)
    wanted = ValueError if isinstance(error, RuntimeError) else KeyboardInterrupt
    with pytest.raises(wanted):
        trace(RecordSpec(check=checked), net, torch.ones(1, 2))
    assert not [m for m in net.modules() if "forward" in m.__dict__ or m._forward_hooks]
    assert not torch._C._is_torch_function_mode_enabled()
    assert torch.utils._python_dispatch._get_current_dispatch_mode() is None


def test_two_threads_record_the_same_module_and_a_third_only_runs_it():
    net = nn.Sequential(*(nn.Linear(8, 8) for _ in range(20)))
    x, found, stop = torch.rand(4, 8), [], threading.Event()

    def run():
        with torch.no_grad():
            while not stop.is_set():
                net(x)

    def look():
        found.extend(trace(net, x) for _ in range(6))

    runner = threading.Thread(target=run)
    lookers = [threading.Thread(target=look) for _ in range(2)]
    for thread in (runner, *lookers):
        thread.start()
    for thread in lookers:
        thread.join()
    stop.set()
    runner.join()
    assert [len(one.steps) for one in found] == [21] * 12
    assert all(one.check.exact for one in found)
    assert not [m for m in net.modules() if "forward" in m.__dict__]


def test_a_forward_of_the_instance_comes_back():
    net = nn.Linear(2, 2)
    mine = net.forward = lambda x: x * 2
    trace(net, torch.ones(1, 2))
    assert net.__dict__["forward"] is mine


class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)

    def run(self, x):
        return torch.relu(self.fc(x))

    def forward(self, x):
        return self.run(x)


class CallsOtherMethods(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([Part(), Part()])

    def forward(self, x):
        return self.parts[1](self.parts[0].run(x))


def test_calls_in_other_methods_than_forward_belong_to_their_module():
    net = CallsOtherMethods()
    found = trace(net, torch.rand(2, 3))
    names = [f"parts.{i}.{name}" for i in range(2) for name in ("fc", "relu")]
    assert [step.name for step in found] == ["input", *names]
    assert [step.path for step in found if step.op == "relu"] == ["parts.0", "parts.1"]
    assert found.check.exact
    assert not [m for m in net.modules() if {"run", "forward"} & m.__dict__.keys()]


def test_the_limit_of_memory_is_kept_and_said():
    net = nn.Sequential(*(nn.Linear(100, 100) for _ in range(5)))
    found = trace(RecordSpec(max_bytes=1000), net, torch.ones(1, 100))
    assert found.bytes <= 1000
    assert "4 values were not kept" in found.notes[0]
    assert found.check.exact
    with pytest.raises(ValueError, match="not kept"):
        found.value("4")


def test_a_value_does_not_change_when_the_reader_writes_to_what_he_gave():
    x = torch.ones(2, 2)
    net = nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(2, 2))
    found = trace(net, x)
    x.zero_()
    net[2].weight.data.zero_()
    assert found.value("1").tolist() == [[1, 1], [1, 1]]
    with pytest.raises(ValueError, match="read-only"):
        found.value("1")[0] = 3


class Silent(nn.Module):
    def forward(self, x):
        return f"{x.shape[0]} rows"


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: trace(nn.Linear, torch.ones(1)), "the class Linear; make one first"),
        (lambda: trace("resnet18", torch.ones(1)), "this is str"),
        (lambda: trace(nn.Linear(2, 3), torch.ones(1, 5)), r"Linear raised RuntimeError with \(i"),
        (lambda: trace(nn.Linear(2, 3)), r"its forward takes \(input"),
        (lambda: trace(Silent(), torch.ones(1)), "Silent made no tensor"),
        (lambda: trace(RecordSpec()), "after the spec"),
    ],
)
def test_bad_input_gets_one_line(call, line):
    with pytest.raises(ValueError, match=line) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_what_a_notebook_shows():
    found = trace(torchvision.models.resnet18().eval(), torch.rand(1, 3, 32, 32))
    assert repr(found).startswith("Recorded(ResNet, 70 steps")
    assert "57 more steps" in found._repr_html_()
    assert "bit-exact" in found._repr_html_()
    frame = found.frame()
    assert len(frame) == 70
    assert frame.set_index("step").loc["fc", "shape"] == (1, 1000)
    for name in ("conv1", "layer4.1.relu_1"):
        assert frame.set_index("step").loc[name, "mean"] == pytest.approx(found.value(name).mean())
