"""SE modules against torchvision's own, and the shipped network against what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.ops import SqueezeExcitation

from viz_models.analysis.vision import squeeze as analysis
from viz_models.models import weights
from viz_models.recipes.vision import squeeze as recipe
from viz_models.recordings.vision import squeeze as recordings
from viz_models.records.vision.squeeze import BLOCKS, SqueezeSpec


@pytest.mark.parametrize("label", [0, 3, 9])
def test_every_number_by_hand_is_torchvisions(label):
    found = analysis.squeeze(SqueezeSpec(label=label, example=1))
    for gated in found.blocks:
        for ours, theirs in (
            (gated.squeezed, gated.torch_squeezed),
            (gated.hidden, gated.torch_hidden),
            (gated.gates, gated.torch_gates),
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
        assert gated.off_torch < 1e-5
        total = gated.gate_terms(5).sum() + gated.expand_bias[5]
        assert 1 / (1 + np.exp(-total)) == pytest.approx(gated.gates[5], abs=1e-6)
        unit = gated.hidden_terms(2).sum() + gated.reduce_bias[2]
        assert max(unit, 0) == pytest.approx(gated.hidden[2], abs=1e-5)


def test_a_module_of_torchvision_alone_gives_the_same():
    torch.manual_seed(0)
    module, x = SqueezeExcitation(8, 2).eval().requires_grad_(False), torch.randn(1, 8, 3, 5)
    z = module.avgpool(x)
    hidden = module.activation(module.fc1(z))
    theirs = {"before": x, "whole": module(x), "squeezed": z, "hidden": hidden}
    theirs["gates"] = module.fc2(hidden).sigmoid()
    found = analysis.by_hand(module, {k: v[0].numpy() for k, v in theirs.items()})
    assert found.off_torch < 1e-6


def test_the_shipped_network_is_as_good_as_its_manifest_and_its_recording_say():
    inputs, targets = analysis.images()
    seen, _ = analysis.images(training=True)
    end, card = recordings.load().ends[0], weights.cards()[analysis.NAME]
    with analysis.shipped() as net:
        found = analysis.accuracies(net, inputs, targets, seen)
        gates = analysis.gates(net, inputs)
        assert not any(m._forward_hooks for m in net.modules())
    off = 2 / len(targets)  # a digit that is undecided may fall the other way elsewhere
    for kind, share in found.items():
        assert share == pytest.approx(getattr(end, kind), abs=off)
    assert found["own"] == pytest.approx(card.accuracy, abs=off)
    by_class = torch.stack([gates[:, targets == k].mean(1) for k in range(10)], 1)
    np.testing.assert_allclose(by_class, recordings.load().by_class, atol=1e-4)


def test_own_gates_put_back_change_nothing_and_other_gates_are_nobodys_own():
    inputs, _ = analysis.images()
    with analysis.shipped() as net:
        own = analysis.gates(net, inputs[:10])
        back = analysis.replaced(net, inputs[:10], own)
        assert torch.equal(back, analysis.replaced(net, inputs[:10], None))
    other = analysis.values_of("other", own, own)
    assert own.shape[0] == BLOCKS
    assert not any(torch.equal(other[:, i], own[:, i]) for i in range(10))


def test_no_hook_stays_when_the_pass_raises():
    net = analysis.build(0).eval()
    with pytest.raises(RuntimeError):
        analysis.gates(net, torch.zeros(1, 3, 8, 8))
    assert not any(m._forward_hooks for m in net.modules())


def test_the_recipe_trains_and_measures_again():
    net, found = recipe.measure(lambda done, total: None, seeds=1, steps=3)
    assert found.parameters[0] == sum(p.numel() for p in net.parameters())
    assert found.by_class.shape[:2] == (BLOCKS, 10)
    assert 0 <= found.ends[0].twin <= 1


@pytest.mark.parametrize("wrong", [{"label": 10}, {"label": -1}, {"example": 8}])
def test_a_digit_that_is_not_there_is_refused(wrong):
    with pytest.raises(ValueError, match="choose a digit from 0 to 9"):
        analysis.squeeze(replace(SqueezeSpec(), **wrong))
