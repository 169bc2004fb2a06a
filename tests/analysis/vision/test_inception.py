"""Inception modules against torchvision's own, and what they cost against torch's counter."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import googlenet
from torchvision.models.googlenet import Inception as TorchInception

from viz_models.analysis.vision import inception as analysis
from viz_models.models import weights
from viz_models.models.vision.inception import Inception
from viz_models.records.vision.inception import GOOGLENET, MODULES, InceptionSpec, eighth


def torchs(w):
    return (w.inputs, w.one, w.reduce3, w.three, w.reduce5, w.five, w.pool)


@pytest.mark.parametrize("name", MODULES)
def test_branches_and_concatenation_are_torchvisions_bit_for_bit(name):
    w = eighth(name)
    torch.manual_seed(0)
    theirs = TorchInception(*torchs(w))
    for module in theirs.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    ours = Inception(w, norm=True, kernel5=3)  # torchvision's third branch is 3x3 (issue 906)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, w.inputs, 9, 7)
    with torch.no_grad():
        for mine, other in zip(ours.eval().branches(x), theirs.eval()._forward(x), strict=True):
            assert torch.equal(mine, other)
        assert torch.equal(ours(x), theirs(x))


def test_table_1_has_the_widths_of_torchvisions_network():
    with torch.device("meta"):
        net = googlenet(weights=None, aux_logits=False, init_weights=False)
    for name, (w, _) in GOOGLENET.items():
        theirs = getattr(net, f"inception{name}")
        assert theirs.branch1.conv.in_channels == w.inputs
        made = (
            theirs.branch1.conv,
            theirs.branch2[0].conv,
            theirs.branch2[1].conv,
            theirs.branch3[0].conv,
            theirs.branch3[1].conv,
            theirs.branch4[1].conv,
        )
        assert tuple(c.out_channels for c in made) == torchs(w)[1:]


@pytest.mark.parametrize("name", ["3a", "4d", "5b"])
def test_multiply_adds_equal_torchs_counter(name):
    widths, side = GOOGLENET[name]
    found = analysis.price(replace(widths, reduce5=10), side)
    with torch.device("meta"):
        nets = (Inception(found.widths, norm=True).eval(), analysis.Naive(found.widths))
        x = torch.empty(1, widths.inputs, side, side)
    for net, ours, counted in zip(
        nets, found.macs, (found.torch_reduced, found.torch_naive), strict=True
    ):
        with FlopCounterMode(display=False) as counter:
            net(x)
        assert ours == counted == counter.get_total_flops() // 2
    assert found.naive_outputs == nets[1](x).shape[1]


def test_the_papers_table_has_128_million_operations_for_3a():
    assert analysis.price(*GOOGLENET["3a"]).macs[0] == pytest.approx(128e6, rel=0.01)


@pytest.mark.parametrize("module", ["3a", "4c", "5b"])
def test_every_value_of_every_branch_is_torchs(module):
    spec = InceptionSpec(label=7, example=2, module=module)
    found = analysis.opened(spec)
    assert found.joined_off == 0
    joined = np.concatenate(found.branches)
    assert len(joined) == found.widths.outputs
    first = 0
    for branch in found.branches:
        channel = first + int(branch.reshape(len(branch), -1).max(1).argmax())
        value = analysis.value(spec, (channel, 0, 1))
        assert value.convolution.agrees
        assert value.norm.agrees
        assert value.relu.agrees
        assert value.relu.torch_value == joined[channel, 0, 1]
        first += len(branch)


def test_the_shipped_network_is_as_good_as_its_manifest_says():
    from viz_models.training.vision import inception as training

    _, _, tests, answers = training.enlarged(analysis.SIDE)
    card = weights.cards()[analysis.NAME]
    with analysis.shipped() as net:
        found = training.accuracy(net, tests, answers)
    assert found == pytest.approx(card.accuracy, abs=2 / len(answers))
    assert found >= 0.95


def test_auxiliary_classifiers_run_in_training_alone():
    found = analysis.modules_run()
    assert set(found.train) - set(found.eval) == {"aux1", "aux2"}
    assert [n for n in found.train if n in found.eval] == list(found.eval)
    assert found.train.index("aux1") == found.train.index("inception4a") + 1
    assert found.train.index("aux2") == found.train.index("inception4d") + 1
    assert found.train_outputs == ("logits", "aux_logits2", "aux_logits1")


@pytest.mark.parametrize(
    "wrong", [{"label": 10}, {"example": -1}, {"example": 8}, {"module": "9z"}]
)
def test_what_is_not_there_is_refused(wrong):
    with pytest.raises(ValueError, match="choose"):
        analysis.opened(replace(InceptionSpec(), **wrong))


@pytest.mark.parametrize("cell", [(60, 0, 0), (-1, 0, 0), (0, 16, 0)])
def test_a_value_that_is_not_there_is_refused(cell):
    with pytest.raises(ValueError, match=r"has no channel|has no value"):
        analysis.value(InceptionSpec(), cell)
