from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.models import digits_net
from viz_models.records import Budget, DigitsNetSpec, OptimizerSpec, RnnSpec, RunSpec
from viz_models.training.data import sets as data
from viz_models.training.loop import loop

RUN = RunSpec(
    optimizer=OptimizerSpec(lr=0.1, clip=0.01),
    batch_size=32,
    budget=Budget(amount=10, unit="steps"),
    moments=5,
)


def moments(spec):
    return {r.step: r.moment for r in loop.train(spec) if r.moment}


def test_the_first_before_the_first_step_then_evenly():
    found = moments(RUN)
    assert {step: m.step for step, m in found.items()} == {1: 0, 3: 2, 5: 4, 7: 6, 9: 8}
    assert [m.samples for m in found.values()] == [0, 64, 128, 192, 256]
    assert moments(replace(RUN, moments=0)) == {}
    assert len(moments(replace(RUN, moments=99))) == 10  # one a step at most


def test_as_the_network_is_before_the_step():
    """Recomputed by hand for the first step, in a network of our own."""
    first = moments(RUN)[1]
    net, d = digits_net.build(DigitsNetSpec(), 0), data.digits()
    batch = data.batches(1437, 32, 1, 0)[0]
    assert np.array_equal(first.filters, net.blocks[0][0].weight.detach().numpy())
    assert first.running_means["blocks.0.1"].tolist() == [0.0] * 16
    assert first.running_variances["blocks.2.1"].tolist() == [1.0] * 32
    assert first.layers == ("blocks.0.0", "blocks.1.0", "blocks.2.0", "head")
    x = net.blocks[0][0](d.train_inputs[batch])
    assert first.activation_means[0] == pytest.approx(x.mean().item(), rel=1e-5)
    assert first.activation_stds[0] == pytest.approx(x.std(correction=0).item(), rel=1e-5)
    F.cross_entropy(net(d.train_inputs[batch]), d.train_targets[batch]).backward()
    expected = [net.get_submodule(name).weight.grad.norm().item() for name in first.layers]
    assert first.gradient_norms == pytest.approx(expected, rel=1e-5)  # before clipping


def test_running_statistics_follow_batch_norms_average():
    found = moments(replace(RUN, moments=10, optimizer=OptimizerSpec(lr=1e-12)))
    before, after = (found[step].running_means["blocks.0.1"] for step in (1, 2))
    net, d = digits_net.build(DigitsNetSpec(), 0), data.digits()
    batch = data.batches(1437, 32, 1, 0)[0]
    mean = net.blocks[0][0](d.train_inputs[batch]).mean((0, 2, 3)).detach().numpy()
    assert after == pytest.approx(0.9 * before + 0.1 * mean, abs=1e-6)


def test_looking_changes_nothing():
    looked = [replace(r, seconds=0, memory=0, moment=None) for r in loop.train(RUN)]
    blind = [replace(r, seconds=0, memory=0) for r in loop.train(replace(RUN, moments=0))]
    assert looked == blind


def test_no_hook_stays():
    session = loop.Session(RUN)
    list(session.records())
    assert not any(m._forward_hooks for m in session.net.modules())


def test_recurrent_layers_are_seen():
    found = moments(replace(RUN, model=RnnSpec(hidden=16)))[1]
    assert found.layers == ("cell", "head")
    assert all(n > 0 for n in found.gradient_norms)
    assert found.filters.shape == (48, 8)  # three gates
    assert found.running_means == {}


def test_filters_are_a_copy():
    session = loop.Session(RUN)
    records = session.records()
    kept = next(records).moment.filters
    before = kept.copy()
    list(records)
    assert np.array_equal(kept, before)
    assert not torch.equal(session.net.blocks[0][0].weight, torch.from_numpy(before))
