"""The perceptron, layer by layer."""

import torch

from viz_models.analysis.flow.steps import steps_of
from viz_models.models.builder import build
from viz_models.records import MlpSpec, ModelRef


def test_forward_written_out_in_plain_torch():
    net = build(MlpSpec(depth=3, width=16, residual=True, branch_scale="depth", norm="layer"))
    x = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    def layer(part, h):
        a = part.linear
        normed = torch.nn.functional.layer_norm(
            h @ a.weight.T + a.bias, (16,), part.norm.weight, part.norm.bias
        )
        return normed.clamp(min=0)

    h = layer(net.stem, x.reshape(4, -1))
    for block in net.blocks():
        h = h + layer(block.branch, h) / 3**0.5
    expected = h @ net.head.weight.T + net.head.bias
    assert torch.allclose(net(x), expected, rtol=1e-5, atol=1e-6)


def test_plain_layers_follow_each_other():
    net = build(MlpSpec(depth=2, width=5, size=2, activation="tanh"))
    x = torch.randn(3, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    linears = [m for m in net.modules() if isinstance(m, torch.nn.Linear)]
    h = x.flatten(1)
    for linear in linears[:-1]:
        h = linear(h).tanh()
    assert torch.equal(net(x), linears[-1](h))


def test_steps_are_named_by_layer():
    steps = steps_of(ModelRef(build=MlpSpec(depth=2, residual=True)))
    assert {"hidden.0.branch.linear", "hidden.1.add", "head"} <= {step.name for step in steps}
