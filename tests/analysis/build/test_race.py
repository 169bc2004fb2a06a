"""The race against plain torch, written out without hooks, builder or probe."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.build import probe, race
from viz_models.models import builder
from viz_models.records import ConvSpec, MlpSpec, RaceSpec, TransformerSpec

SMALL = ConvSpec(depths=(5,), widths=(6,), size=8, norm="none")
NORMS = {
    "plain": (False, None, 1.0),
    "skip": (True, None, 1.0),
    "BN": (False, "batch", 1.0),
    "LN": (False, "layer", 1.0),
    "skip + BN": (True, "batch", 1.0),
    "skip + 1/√L": (True, None, 1 / math.sqrt(5)),
}


def normalized(x, kind):
    """A norm in its first training step, gamma 1 and beta 0, from its formula."""
    axes = {"batch": (0, 2, 3), "layer": (1, 2, 3)}[kind]
    var, mean = torch.var_mean(x, axes, correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-5)


def by_hand(x, weights, head, skip, norm, scale):
    """Stem and five blocks of conv, norm, ReLU; returns all h and the logits."""
    h = F.conv2d(x, weights[0], padding=1)
    h = torch.relu(normalized(h, norm) if norm else h)
    states = [h]
    for w in weights[1:]:
        f = F.conv2d(h, w, padding=1)
        f = torch.relu(normalized(f, norm) if norm else f)
        h = h + scale * f if skip else f
        states.append(h)
    return states, F.linear(h.mean((2, 3)), *head)


@pytest.mark.parametrize("loss", ["cross entropy", "sum of squares"])
@pytest.mark.parametrize("name", NORMS)
def test_numbers_are_those_of_plain_torch(name, loss):
    specs, _ = race.entries(SMALL, loss)
    found = race.line(specs[name], seed=3)
    net = builder.build(specs[name].network, 3)
    kernels = [m.weight for m in net.modules() if isinstance(m, nn.Conv2d)]
    skip, norm, scale = NORMS[name]
    x = probe.inputs(specs[name].network, specs[name].batch)
    states, logits = by_hand(x, kernels, (net.head.fc.weight, net.head.fc.bias), skip, norm, scale)
    n = len(logits)
    picked = logits.log_softmax(1)[torch.arange(n), torch.arange(n) % 10]
    value = -picked.mean() if loss == "cross entropy" else (logits**2).sum() / 2
    for tensor in (*states, *kernels):
        tensor.retain_grad() if not tensor.is_leaf else None
    value.backward()
    assert found.loss == pytest.approx(value.item(), rel=1e-5)
    truth = [np.linalg.norm(h.grad.numpy()) for h in states]
    np.testing.assert_allclose(found.gradient, truth, rtol=2e-4)
    truth = [np.linalg.norm(w.grad.numpy()) for w in kernels[1:]]
    np.testing.assert_allclose(found.weights, truth, rtol=2e-4)
    truth = [np.std(h.detach().numpy()) for h in states]
    np.testing.assert_allclose(found.activation, truth, rtol=1e-4)


def test_all_run_with_the_same_weights_and_the_same_batch():
    specs, yours = race.entries(replace(SMALL, connect="residual", norm="batch"))
    assert yours == "skip + BN"
    assert {s.batch for s in specs.values()} == {specs["plain"].batch}
    kernels = []
    for spec in specs.values():
        net = builder.build(spec.network, 1)
        kernels.append(torch.cat([p.flatten() for p in net.parameters() if p.ndim > 1]))
    for other in kernels[1:]:
        torch.testing.assert_close(other, kernels[0], rtol=0, atol=0)


def test_yours_is_one_of_them_or_one_more():
    assert list(race.variants(SMALL)) == list(NORMS)
    found = race.variants(replace(SMALL, norm="group"))
    assert list(found) == [*NORMS, "yours"]
    assert found["yours"].norm == "group"
    assert {s.depths for s in found.values()} == {SMALL.depths}


@pytest.mark.parametrize(
    "spec",
    [
        MlpSpec(depth=4, width=12, dropout=0.5),
        TransformerSpec(layers=2, d_model=16, num_heads=2, num_kv_heads=2, size=16),
        TransformerSpec(
            layers=2,
            d_model=16,
            num_heads=2,
            num_kv_heads=1,
            source="tokens",
            length=8,
            causal=True,
        ),
        ConvSpec(depths=(2, 2), widths=(8, 16), block="basic", connect="dense", down="avg pool"),
        ConvSpec(depths=(1,), widths=(8,), stem="none", flatten=True, size=20, hidden=(9,)),
        ConvSpec(depths=(2,), widths=(32,), block="inception", size=8),
    ],
    ids=["mlp", "patches", "tokens", "dense", "flat", "inception"],
)
def test_every_family_runs(spec):
    found = race.race(spec, seeds=(0, 1))
    depth = len(builder.skeleton(spec).blocks())
    for lines in found.lines.values():
        assert [x.seed for x in lines] == [0, 1]
        for x in lines:
            assert (x.gradient.shape, x.weights.shape) == ((depth + 1,), (depth,))
            assert np.isfinite(x.gradient).all()
            assert np.isfinite(x.weights).all()
            assert x.values("gradient")[-1] == 1
    first, second = found.lines[found.yours]
    assert first.loss != second.loss


def test_checkpointing_changes_no_number_of_the_race():
    spec = ConvSpec(depths=(2, 1), widths=(8, 16), size=8, connect="dense", down="avg pool")
    for name, entry in race.entries(replace(spec, norm="batch"))[0].items():
        again = replace(entry, network=replace(entry.network, checkpoint=True))
        one, two = race.line(entry, 0), race.line(again, 0)
        np.testing.assert_array_equal(one.gradient, two.gradient, name)
        np.testing.assert_array_equal(one.weights, two.weights, name)


def test_the_same_seed_gives_the_same_line_dropout_or_not():
    specs, yours = race.entries(MlpSpec(depth=3, width=8, dropout=0.5))
    one, two = (race.line(specs[yours], 0) for _ in range(2))
    np.testing.assert_array_equal(one.gradient, two.gradient)


def test_what_float32_cannot_hold_is_named_and_never_a_number():
    """64 blocks that each multiply by hundreds leave float32's range of 3e38 forward."""
    spec = ConvSpec(depths=(64,), widths=(8,), size=4, connect="plain", activation="identity")
    net = RaceSpec(network=spec, loss="sum of squares", batch=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "build", lambda spec, seed: louder(spec, seed, 100.0))
        found = race.line(net, 0)
    states = [probe.inputs(spec, 2)]
    model = louder(spec, 0, 100.0)
    with torch.no_grad():
        states = [model.stem(states[0])]
        for block in model.blocks():
            states.append(block(states[-1]))
    truth = next(i for i, h in enumerate(states) if not h.isfinite().all())
    assert found.overflow == truth
    assert np.isnan(found.activation[truth:]).all()
    assert np.isfinite(found.activation[: truth - 1]).all()
    assert not np.isinf(found.gradient).any()


def louder(spec, seed, factor):
    net = build(spec, seed)
    with torch.no_grad():
        for block in net.blocks():
            block.branch.conv1.weight *= factor
    return net


build = builder.build


def test_a_gradient_that_dies_is_named():
    """Sigmoids from torch's own start: each block passes on a few percent."""
    spec = ConvSpec(
        depths=(64,), widths=(4,), size=4, connect="plain", activation="sigmoid", init="torch"
    )
    found = race.line(RaceSpec(network=spec, batch=2), 0)
    assert found.vanished is not None
    assert np.isnan(found.gradient[: found.vanished + 1]).all()
    assert (found.gradient[found.vanished + 1 :] > 0).all()
    assert math.isnan(found.ratio("gradient"))


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="cross entropy or sum of squares"):
        race.entries(SMALL, "hinge")


def test_the_probe_stays_within_the_budget_or_is_the_smallest():
    for width, expected in ((4, (16, 16)), (16, (8, 16)), (256, (4, 8))):
        batch, fitted = probe.fit(ConvSpec(depths=(20,), widths=(width,)))
        assert (batch, fitted.size) == expected


def test_a_network_that_needs_its_pixels_keeps_them():
    batch, fitted = probe.fit(TransformerSpec(size=32, patch=8))
    assert fitted.size == 32
    assert batch in {n for _, n in probe.PROBES}
