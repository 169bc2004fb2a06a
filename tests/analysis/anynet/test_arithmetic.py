"""Values of joins, means and functions without weights are opened, and agree with torch."""

import pytest
import torch
from torch import nn

from viz_models import trace
from viz_models.analysis.anynet.arithmetic import calculation, strongest


class Joins(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Sigmoid()

    def forward(self, x):
        y = torch.cat([x * x, torch.tanh(x)], 1)
        z = torch.concat([y, self.gate(y)], 1)
        return nn.functional.sigmoid(z).mean((2, 3)), z.clone().tanh_()


def test_joins_means_and_functions_are_opened():
    net = Joins()
    found = trace(net, torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)))
    opened = {}
    for step in found.steps[1:]:
        value = found.value(step.name)
        cell = strongest(value)
        sums = calculation(net, found, step.name, cell)
        assert sums.total == pytest.approx(float(value[cell]), rel=1e-5)
        opened[step.name] = bool(sums.formula)
    names = ("mul", "tanh", "cat", "gate", "concat", "sigmoid", "mean", "tanh_")
    assert opened == dict.fromkeys(names, True) | {"clone": False}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: torch.cat([x, x], 2), "cat"),
        (lambda x: torch.cat([x, x]), "cat"),
        (lambda x: x.mean((1, 2)), "mean"),
        (lambda x: x.mean((2, 3), keepdim=True), "mean"),
    ],
)
def test_what_the_rules_are_not_written_for_keeps_torchs_own_value(function, name):
    class Other(nn.Module):
        def forward(self, x):
            return function(x)

    net = Other()
    found = trace(net, torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)))
    value = found.value(name)
    sums = calculation(net, found, name, strongest(value))
    assert not sums.formula
    assert sums.total == float(value[strongest(value)])
