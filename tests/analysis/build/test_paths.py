"""The two ways back through a block, against Jacobians of the block's own modules."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from viz_models.analysis.build import probe
from viz_models.analysis.build.paths import paths
from viz_models.analysis.build.race import entries, line, measured_loss
from viz_models.models import builder
from viz_models.records import ConvSpec, MlpSpec, RaceSpec, TransformerSpec

SPECS = {
    "scaled": ConvSpec(depths=(4,), widths=(6,), size=8, branch_scale="depth"),
    "projected": ConvSpec(depths=(2, 2), widths=(4, 8), size=16, norm="batch", activate="sum"),
    "dense": ConvSpec(depths=(3,), widths=(4,), size=8, connect="dense"),
    "split": ConvSpec(depths=(3,), widths=(4,), size=8, connect="split"),
    "mlp": MlpSpec(depth=4, width=16, residual=True, norm="layer"),
}


def run(spec):
    """The reader's own entry of the race."""
    specs, yours = entries(spec)
    return specs[yours]


def watched(spec, seed):
    """The network, every block's input and output, and dL/d output."""
    net = builder.build(spec.network, seed)
    ins, outs = [], []
    for block in net.blocks():
        block.register_forward_pre_hook(lambda m, a: ins.append(a[0]))
        block.register_forward_hook(lambda m, a, y: outs.append(y))
    loss = measured_loss(net(probe.inputs(spec.network, spec.batch)), spec.loss)
    arrived = torch.autograd.grad(loss, outs)
    return net, [h.detach() for h in ins], [h.detach() for h in outs], arrived


@pytest.mark.parametrize("name", SPECS)
def test_each_way_is_a_backward_pass_of_its_own(name):
    spec = run(SPECS[name])
    found = paths(spec, seed=2)
    net, ins, outs, arrived = watched(spec, 2)
    for i, (block, g) in enumerate(zip(net.blocks(), arrived, strict=True)):
        # the block anew, on one copy of its input for each way
        a, b = (ins[i].clone().requires_grad_() for _ in range(2))
        f = block.branch(b)
        if name == "dense":
            out = torch.cat([a, f], dim=1)
        elif name == "split":
            out = block.last(torch.cat([block.shortcut(a), f], dim=1))
        elif name == "mlp":
            out = a + f
        else:
            out = block.last(block.shortcut(a) + block.scale * f)
        torch.testing.assert_close(out.detach(), outs[i], rtol=1e-6, atol=1e-6)
        by_skip, by_branch = torch.autograd.grad(out, [a, b], g)
        scale = g.norm().item()
        assert found.identity[i] == pytest.approx(by_skip.norm().item() / scale, rel=1e-4)
        assert found.branch[i] == pytest.approx(by_branch.norm().item() / scale, rel=1e-4)
        cosine = torch.cosine_similarity(by_skip.flatten(), by_branch.flatten(), dim=0)
        assert found.cosine[i] == pytest.approx(cosine.item(), abs=1e-4)
        both = (by_skip + by_branch).norm().item() / scale
        assert found.factor[i] == pytest.approx(both, rel=1e-4)


def test_the_two_ways_make_the_factor():
    for spec in SPECS.values():
        found = paths(run(spec), seed=0)
        np.testing.assert_allclose(found.by_formula, found.factor, rtol=1e-9)


def test_factors_multiply_to_the_first_over_the_last():
    spec = run(SPECS["scaled"])
    found, raced = paths(spec, 5), line(spec, 5)
    assert math.prod(found.factor) == pytest.approx(raced.ratio("gradient"), rel=1e-4)


def test_a_bare_skip_passes_on_what_arrives():
    found = paths(run(SPECS["scaled"]), 0)
    np.testing.assert_allclose(found.identity, 1, rtol=1e-6)


def test_without_a_skip_all_of_it_comes_by_the_branch():
    found = paths(run(replace(SPECS["scaled"], connect="plain", branch_scale="one")), 0)
    assert (found.identity == 0).all()
    np.testing.assert_array_equal(found.branch, found.factor)


@pytest.mark.parametrize("pre_norm", [True, False])
def test_a_transformers_block_counts_twice(pre_norm):
    spec = TransformerSpec(
        layers=2, d_model=8, num_heads=2, num_kv_heads=2, size=16, pre_norm=pre_norm
    )
    found = paths(RaceSpec(network=spec, batch=4), 1)
    assert found.factor.shape == (4,)
    net = builder.build(spec, 1)
    block = net.blocks()[1]
    states = []
    block.register_forward_pre_hook(lambda m, a: states.append(a[0]))
    block.register_forward_hook(lambda m, a, y: states.append(y))
    loss = measured_loss(net(probe.inputs(spec, 4)), "cross entropy")
    before, after = torch.autograd.grad(loss, states)
    assert found.factor[2] * found.factor[3] == pytest.approx(
        (before.norm() / after.norm()).item(), rel=1e-4
    )
    if pre_norm:
        np.testing.assert_allclose(found.identity, 1, rtol=1e-5)
