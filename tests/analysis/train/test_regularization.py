"""Penalties, decay and dropout against torch's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.train import regularization
from viz_models.records.train.regularization import DecaySpec, DropoutSpec


def test_the_gradients_of_the_penalties_are_those_of_the_formulas():
    w = torch.tensor([0.5, -2.0, 0.0], requires_grad=True)
    regularization.penalty("l1", 0.1, [w]).backward()
    assert torch.equal(w.grad, 0.1 * w.detach().sign())
    w.grad = None
    regularization.penalty("l2", 0.1, [w]).backward()
    assert torch.allclose(w.grad, 0.1 * w.detach())
    with pytest.raises(ValueError, match="choose l1 or l2"):
        regularization.penalty("l3", 0.1, [w])


@pytest.mark.parametrize("make", [torch.optim.SGD, torch.optim.Adam])
def test_weight_decay_is_l2_in_the_loss(make):
    given, in_loss = (_stepped(make, decay, penalty) for decay, penalty in ((0.1, 0), (0, 0.1)))
    assert torch.allclose(given, in_loss, atol=1e-12)


def test_the_decay_of_adamw_is_not():
    given = _stepped(torch.optim.AdamW, 0.1, 0)
    in_loss = _stepped(torch.optim.AdamW, 0, 0.1)
    assert not torch.allclose(given, in_loss, atol=1e-4)


def _stepped(make, decay, penalty):
    torch.manual_seed(0)
    layer = nn.Linear(5, 3).double()
    optimizer = make(layer.parameters(), lr=0.05, weight_decay=decay)
    x, y = torch.randn(20, 5).double(), torch.randint(3, (20,))
    for _ in range(5):
        loss = F.cross_entropy(layer(x), y)
        if penalty:
            loss = loss + regularization.penalty("l2", penalty, list(layer.parameters()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return layer.weight.detach()


def test_decay_tells_the_three_optimizers_apart():
    result = regularization.decay(DecaySpec())
    assert result.differences["SGD"] < 1e-12
    assert result.differences["Adam"] < 1e-12
    assert result.differences["AdamW"] > 1e-3
    expected = 0.003 * 0.01
    np.testing.assert_allclose(result.shrink["SGD"], expected, rtol=0.02)
    np.testing.assert_allclose(result.shrink["AdamW"], expected, rtol=0.3)
    adam = result.shrink["Adam"]
    assert adam[0] > 5 * adam[-1] > 100 * expected  # small gradients are shrunk hardest
    assert (np.diff(result.gradient_sizes) >= 0).all()


@pytest.mark.parametrize("bad", [{"strength": -1.0}, {"strength": float("nan")}, {"lr": -1.0}])
def test_a_negative_rate_or_lambda_is_refused(bad):
    with pytest.raises(ValueError, match="choose 0 or more"):
        regularization.decay(replace(DecaySpec(), **bad))


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", [0, 3])
def test_dropout_equals_torchs_bit_for_bit(p, seed):
    x = torch.randn(7, 128, generator=torch.Generator().manual_seed(1))
    ours = regularization.dropped(x, p, torch.Generator().manual_seed(seed))
    torch.manual_seed(seed)
    assert torch.equal(ours, F.dropout(x, p))


def test_a_mask_takes_values_away_and_divides_the_others():
    result = regularization.dropout(DropoutSpec(p=0.5, seed=2))
    assert set(np.unique(result.mask)) == {0.0, 1.0}
    np.testing.assert_array_equal(result.trained, result.evaluated * result.mask / np.float32(0.5))
    assert result.torch_difference == 0
    live = result.evaluated > 0.5
    np.testing.assert_allclose(result.mean[live], result.evaluated[live], rtol=0.15)
    same = regularization.dropout(DropoutSpec(p=0.5, seed=2))
    np.testing.assert_array_equal(same.mask, result.mask)


@pytest.mark.parametrize(("bad", "line"), [({"p": 1.0}, "below 1"), ({"digit": 9999}, "digit")])
def test_a_mask_that_cannot_be_is_refused(bad, line):
    with pytest.raises(ValueError, match=line):
        regularization.dropout(replace(DropoutSpec(), **bad))
