"""A block of zeros beside a skip is the identity."""

from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.models import builder
from viz_models.records import Budget, ConvSpec, Growth, MlpSpec, OptimizerSpec, RunSpec
from viz_models.training.loop import growing, loop

SUM = ConvSpec(
    depths=(1, 2), widths=(8, 16), in_channels=1, size=8, norm="batch", block="basic",
    activate="sum",
)  # fmt: skip
NETS = {
    "resnet": SUM,
    "no norm": replace(SUM, norm="none", bias=True),
    "layer norm, pad": replace(SUM, norm="layer", shortcut="pad"),
    "pre-activation": replace(SUM, pre_activation=True, activate="branch"),
    "tanh branch": replace(SUM, activate="branch", activation="tanh"),
    "gelu branch, no norm": replace(SUM, activate="branch", activation="gelu", norm="none"),
    "squeeze": replace(SUM, se_ratio=4),
    "bottleneck": replace(SUM, block="bottleneck", branch_scale="depth"),
}
GROWTH = Growth(at=0.5, blocks=2)


@pytest.mark.parametrize("spec", NETS.values(), ids=NETS.keys())
def test_outputs_and_loss_are_equal_to_the_last_digit(spec):
    growing.check(spec, GROWTH)
    net = builder.build(spec, 0)
    x, y = torch.randn(32, 1, 8, 8), torch.arange(32) % 10
    net(x)  # moves running statistics
    state = {k: v.clone() for k, v in net.state_dict().items()}
    kept = {mode: net.train(mode)(x).detach() for mode in (False, True)}
    net.load_state_dict(state)
    added = growing.grow(net, spec, GROWTH, seed=1)
    assert len(added) == 2 * len(spec.depths)
    for mode, before in kept.items():
        after = net.train(mode)(x)
        assert torch.equal(after, before)
        assert F.cross_entropy(after, y).item() == F.cross_entropy(before, y).item()


@pytest.mark.parametrize("spec", NETS.values(), ids=NETS.keys())
def test_new_blocks_learn(spec):
    """Zero weights that get no gradient would stay zero for ever."""
    torch.manual_seed(0)  # of squeeze's two hidden units one must be on for some picture
    net = builder.build(spec, 0)
    added = growing.grow(net, spec, GROWTH, seed=1)
    optimizer = torch.optim.SGD(net.parameters(), 0.05)
    x, y = torch.randn(32, 1, 8, 8), torch.arange(32) % 10
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
    for block in added:
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in block.parameters()), (
            "a parameter of a new block stands still"
        )


def test_a_grown_network_has_the_grown_specs_parameters():
    net = builder.build(SUM, 0)
    growing.grow(net, SUM, GROWTH, seed=1)
    deeper = builder.build(growing.grown(SUM, GROWTH), 0)
    shapes = {name: value.shape for name, value in deeper.state_dict().items()}
    assert {name: value.shape for name, value in net.state_dict().items()} == shapes


@pytest.mark.parametrize("freeze", [False, True])
def test_growing_in_the_middle_of_a_run(freeze):
    spec = RunSpec(
        model=SUM,
        optimizer=OptimizerSpec(name="momentum", lr=0.05),
        batch_size=64,
        budget=Budget(amount=12, unit="steps"),
        growth=Growth(at=0.5, blocks=1, freeze=freeze),
    )
    session = loop.Session(spec)
    records = session.records()
    first = list(islice(records, 6))
    old = {k: v.clone() for k, v in session.net.named_parameters()}
    rest = list(records)
    without = list(loop.train(replace(spec, growth=None)))
    # the first step after growing sees the network that was there before
    assert [r.loss for r in first] + [rest[0].loss] == [r.loss for r in without[:7]]
    assert [r.loss for r in rest[1:]] != [r.loss for r in without[7:]]
    now = dict(session.net.named_parameters())
    assert len(now) > len(old)
    for name, value in old.items():
        moved = not torch.equal(now[name], value)
        assert moved == (not freeze or not name.startswith("stages"))
    assert rest[-1].state == "finished"


@pytest.mark.parametrize(("spec", "growth", "says"), [
    (replace(SUM, connect="plain"), GROWTH, "only a residual"),
    (MlpSpec(in_channels=1), GROWTH, "only a residual"),
    (replace(SUM, activation="gelu"), GROWTH, "choose relu"),
    (replace(SUM, activate="branch"), GROWTH, "cannot start as zeros"),
    (replace(SUM, block="inception"), GROWTH, "ends in four paths"),
    (SUM, Growth(at=0.0), "share of the budget"),
    (SUM, Growth(blocks=0), "0 blocks"),
    (SUM, Growth(blocks=33), "33 blocks"),
])  # fmt: skip
def test_what_cannot_grow_is_said(spec, growth, says):
    with pytest.raises(ValueError, match=says):
        growing.check(spec, growth)
