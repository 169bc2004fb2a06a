from dataclasses import replace

import pytest
import torch
from torch import nn

from viz_models.models.builder.presets import PRESETS as NETS
from viz_models.models.builder.recurrent import Recurrent
from viz_models.models.digits_net import DigitsNet
from viz_models.patches.light import torchvision
from viz_models.records import (
    Budget,
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    MlpSpec,
    RnnSpec,
    RunSpec,
    TransformerSpec,
    ZooSpec,
)
from viz_models.training.data.dataset import Facts
from viz_models.training.loop import checks, loop, networks
from viz_models.training.presets import PRESETS, preset

DIGITS = Facts(channels=1, size=8, classes=tuple("0123456789"), train=1437, test=360)
CIFAR = Facts(channels=3, size=32, classes=tuple("abcdefghij"), train=50_000, test=10_000)
TOO_DEEP = ("lenet5",)  # for 8 pixels
POINTS = Facts(channels=2, size=1, classes=("a", "b"), train=1000, test=500)


@pytest.mark.parametrize(("spec", "plain"), [
    (DigitsNetSpec(), lambda: DigitsNet(DigitsNetSpec())),
    (RnnSpec(), lambda: Recurrent(RnnSpec())),
    (ZooSpec(name="resnet18", classes=5), lambda: torchvision.models.resnet18(num_classes=5)),
])  # fmt: skip
def test_equals_manual_seed_and_the_class(spec, plain):
    before = torch.get_rng_state()
    net = networks.build(spec, 4)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(4)
    expected = plain().state_dict()
    torch.set_rng_state(before)
    assert net.training
    assert net.state_dict().keys() == expected.keys()
    assert all(torch.equal(v, expected[k]) for k, v in net.state_dict().items())


@pytest.mark.parametrize("facts", [DIGITS, CIFAR], ids=["digits", "cifar"])
@pytest.mark.parametrize("name", [n for n in NETS if n not in ("vgg11",)])
def test_a_builders_network_is_fitted_or_says_why_not(name, facts):
    if facts is DIGITS and name in TOO_DEEP:
        with pytest.raises(ValueError, match="cannot read the data"):
            networks.fit_to(NETS[name], facts)
        return
    spec, moved = networks.fit_to(NETS[name], facts)
    assert all(line.why for line in moved)
    net = networks.skeleton(spec)
    logits = net(torch.empty(2, facts.channels, facts.size, facts.size, device="meta"))
    assert logits.shape == (2, 10)
    assert networks.fit_to(spec, facts) == (spec, ())


def test_fitting_says_what_it_changed():
    spec, moved = networks.fit_to(ConvSpec(), DIGITS)
    assert (spec.in_channels, spec.size) == (1, 8)
    assert {r.field: (r.asked, r.became) for r in moved} == {"in_channels": (3, 1), "size": (32, 8)}
    spec, moved = networks.fit_to(RnnSpec(), CIFAR)
    assert (spec.in_channels, spec.size, spec.classes) == (3, 32, 10)
    spec, moved = networks.fit_to(ZooSpec(classes=3), DIGITS)
    assert [(r.field, r.became) for r in moved] == [("classes", 10)]
    spec, moved = networks.fit_to(TransformerSpec(source="tokens", causal=True), CIFAR)
    assert spec.source == "patches"


def test_the_network_for_digits_becomes_one_of_the_same_blocks():
    spec, moved = networks.fit_to(DigitsNetSpec(widths=(8, 16), norm="group"), CIFAR)
    assert isinstance(spec, ConvSpec)
    assert (spec.widths, spec.norm, spec.connect, spec.size) == ((8, 16), "group", "plain", 32)
    assert (moved[0].field, moved[0].became) == ("network", "conv")
    blocks = [m for m in networks.build(spec, 0).modules() if isinstance(m, nn.Conv2d)]
    assert [m.out_channels for m in blocks][-2:] == [8, 16]


@pytest.mark.parametrize(("spec", "facts", "says"), [
    (DigitsNetSpec(), POINTS, "choose an MLP"),
    (ConvSpec(), POINTS, "choose an MLP"),
    (TransformerSpec(), POINTS, "choose an MLP"),
    (NETS["lenet5"], DIGITS, "cannot read the data"),
    (ZooSpec(name="resnet19"), CIFAR, "no model 'resnet19'"),
])  # fmt: skip
def test_what_cannot_be_fitted_is_said(spec, facts, says):
    with pytest.raises(ValueError, match=says):
        networks.fit_to(spec, facts)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"model": ConvSpec()}, "the data needs in_channels 1, the network has 3"),
    ({"data": DataSpec(size=16)}, "reads 8x8 digits"),
    ({"model": RnnSpec(classes=3)}, "needs classes 10"),
    ({"model": MlpSpec(in_channels=1, norm="group")}, "perceptron has none"),
    ({"budget": Budget(amount=1, unit="years")}, "unknown budget 'years'"),
    ({"budget": Budget(amount=float("nan"))}, "must be a number above 0"),
    ({"budget": Budget(amount=1e9, unit="seconds")}, "choose up to 86400"),
    ({"budget": Budget(amount=1e9, unit="epochs")}, "choose fewer"),
    ({"budget": Budget(amount=0.5, unit="steps")}, "at least 1"),
    ({"augment": ("spin",)}, "unknown augmentation 'spin'"),
    ({"precision": "int8"}, "unknown precision"),
    ({"evaluations": 0}, "evaluations 0"),
    ({"moments": -1}, "moments -1"),
])  # fmt: skip
def test_what_cannot_run_is_said(wrong, says):
    with pytest.raises(ValueError, match=says) as trouble:
        checks.check(replace(RunSpec(), **wrong))
    assert "\n" not in str(trouble.value)


def test_an_unknown_device_is_said():
    with pytest.raises(ValueError, match=r"no device 'cuda:9' here; choose auto, .*cpu"):
        loop.train(RunSpec(device="cuda:9"))


def test_evaluations_are_spread_evenly():
    spec = RunSpec(budget=Budget(amount=10, unit="steps"), evaluations=4)
    steps = [r.step for r in loop.train(spec) if r.evaluation]
    assert steps == [3, 5, 8, 10]


def test_gray_digits_for_a_network_of_three_channels():
    spec = RunSpec(model=ZooSpec(name="squeezenet1_1"), batch_size=8)
    spec = replace(spec, data=replace(spec.data, size=32), budget=Budget(amount=2, unit="steps"))
    *_, last = loop.train(spec)
    assert last.state == "finished"


@pytest.mark.parametrize("precision", ["bf16"])
def test_bf16_is_near_fp32(precision):
    spec = RunSpec(budget=Budget(amount=5, unit="steps"), device="cpu")
    low, full = (
        [r.loss for r in loop.train(replace(spec, precision=p))] for p in (precision, "fp32")
    )
    assert low != full
    assert low == pytest.approx(full, rel=0.03)


def test_an_unknown_preset_is_said():
    with pytest.raises(ValueError, match="choose from small-cnn"):
        preset("alexnet")


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_presets_learn(name):
    """A third of their budget or less; how well in all of it stands in test_recipe.py."""
    epochs = 2 if name == "torchvision" else 6  # ResNet18 is by far the largest, and learns fastest
    spec = replace(PRESETS[name], budget=Budget(amount=epochs, unit="epochs"), moments=0)
    *_, last = loop.train(spec)
    assert last.evaluation.accuracy > 0.8
