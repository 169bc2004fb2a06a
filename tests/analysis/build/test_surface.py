"""Filter-normalized directions and the grid over them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.build import surface


def small():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 4)
    )


def test_every_filter_keeps_its_own_length():
    net = small()
    for directions in surface.directions(net, 5):
        for p, d in zip(net.parameters(), directions, strict=True):
            if p.ndim < 2:
                assert (d == 0).all()
                continue
            for own, drawn in zip(p.detach(), d, strict=True):
                assert torch.linalg.norm(drawn).item() == pytest.approx(
                    torch.linalg.norm(own).item(), rel=1e-5
                )


def test_directions_are_nearly_perpendicular_and_depend_on_the_seed():
    net = nn.Linear(2000, 5)
    (a, _), (b, _) = surface.directions(net, 1)
    (c, _), _ = surface.directions(net, 2)
    cosines = F.cosine_similarity(a, b, dim=1).abs()
    assert (cosines > 0).all()
    assert (cosines < 0.1).all()  # four and a half standard deviations
    assert not torch.equal(a, c)


def test_rescaling_a_layer_changes_nothing():
    """What the normalization is for: w1 * 10, w2 / 10 is the same network with ReLU."""
    x = torch.randn(20, 6, generator=torch.Generator().manual_seed(1))
    grids = []
    for factor in (1, 10):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Linear(6, 8, bias=False), nn.ReLU(), nn.Linear(8, 2, bias=False))
        with torch.no_grad():
            net[0].weight *= factor
            net[2].weight /= factor
        along = surface.directions(net, 0)
        grids.append(surface.grid(net, lambda n: n(x).square().mean().item(), along, steps(5)))
    np.testing.assert_allclose(grids[0], grids[1], rtol=1e-4)


def steps(points):
    return np.linspace(-1, 1, points)


def test_each_point_is_the_loss_of_weights_put_there_by_hand():
    net = small()
    x = torch.randn(8, 2, 4, 4, generator=torch.Generator().manual_seed(2))
    along = surface.directions(net, 0)
    before = {k: v.clone() for k, v in net.state_dict().items() if "running" not in k}

    def loss(n):
        with torch.no_grad():
            return n(x).square().mean().item()

    found = surface.grid(net, loss, along, steps(3))
    for i, a in enumerate(steps(3)):
        for j, b in enumerate(steps(3)):
            moved = {
                name: p.detach() + a * d + b * e
                for (name, p), d, e in zip(net.named_parameters(), *along, strict=True)
            }
            with torch.no_grad():
                truth = torch.func.functional_call(net, moved, (x,)).square().mean().item()
            assert found[i, j] == pytest.approx(truth, rel=1e-5)
    assert found[1, 1] == loss(net)
    for name, value in before.items():
        if "num_batches" not in name:
            assert torch.equal(net.state_dict()[name], value), name


def test_the_weights_are_back_also_after_a_stop():
    net = small()
    before = [p.detach().clone() for p in net.parameters()]

    class Stopped(BaseException):
        pass

    ticks = []

    def tick():
        ticks.append(1)
        if len(ticks) == 4:
            raise Stopped

    with pytest.raises(Stopped):
        surface.grid(net, lambda n: 1.0, surface.directions(net, 0), steps(3), tick)
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), before, strict=True))


def test_what_is_not_finite_is_nan():
    net = nn.Linear(2, 2)
    values = iter([float("inf"), 1.0, float("nan"), 2.0, *[3.0] * 5])
    found = surface.grid(net, lambda n: next(values), surface.directions(net, 0), steps(3))
    assert np.isnan(found).sum() == 2
    assert found[0, 1] == 1
