"""Blocks do what their formulas say; whole networks can be traced and repeated."""

from dataclasses import replace

import pytest
import torch
from torchvision.models.shufflenetv2 import InvertedResidual

from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.pricing.counting import saved_bytes
from viz_models.analysis.pricing.price import price
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets import PRESETS
from viz_models.models.vision.inception import Inception
from viz_models.records import ConvSpec, MlpSpec, ModelRef
from viz_models.records.vision.inception import GOOGLENET

SMALL = ConvSpec(depths=(2, 1), widths=(8, 16), size=8)


def draw(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_plain_block_is_its_branch():
    block = build(replace(SMALL, connect="plain")).blocks()[1]
    h = draw(2, 8, 8, 8)
    assert torch.equal(block(h), torch.relu(block.branch.conv1(h)))


def test_residual_block_adds_its_scaled_branch():
    block = build(replace(SMALL, branch_scale="depth")).blocks()[1]
    h = draw(2, 8, 8, 8)
    assert torch.equal(block(h), h + block.branch(h) * 3**-0.5)


def test_activation_after_the_sum():
    block = build(replace(SMALL, activate="sum", norm="batch")).blocks()[1]
    h = draw(2, 8, 8, 8)
    b = block.branch
    assert torch.equal(block(h), torch.relu(h + b.norm1(b.conv1(h))))


def test_activation_before_the_convolution():
    net = build(replace(SMALL, pre_activation=True, norm="batch"))
    block, h = net.blocks()[1], draw(2, 8, 8, 8)
    b = block.branch
    assert torch.equal(block(h), h + b.conv1(torch.relu(b.norm1(h))))
    assert [name for name, _ in net.stem.named_children()] == ["conv"]
    assert [name for name, _ in net.last.named_children()] == ["norm", "act"]


def test_dense_block_appends_its_branch():
    net = build(replace(SMALL, connect="dense", down="avg pool"))
    block, h = net.blocks()[1], draw(2, 16, 8, 8)
    out = block(h)
    assert torch.equal(out[:, :16], h)
    assert torch.equal(out[:, 16:], block.branch(h))
    assert net.downs[1].conv.out_channels == 24 // 2


def test_projection_where_the_shape_changes():
    block = build(SMALL).blocks()[2]
    h = draw(2, 8, 8, 8)
    conv = block.shortcut.conv
    assert (conv.kernel_size, conv.stride) == ((1, 1), (2, 2))
    assert torch.equal(block(h), conv(h) + block.branch(h))
    assert block(h).shape == (2, 16, 4, 4)


def test_zero_start_makes_every_block_of_equal_shapes_the_identity():
    block = build(replace(SMALL, branch_scale="zero", activate="sum", norm="batch")).blocks()[1]
    h = draw(2, 8, 8, 8).relu()
    assert torch.equal(block(h), h)
    block(h).sum().backward()
    assert block.branch.norm1.weight.grad.abs().max() > 0  # and it learns


def test_shuffle_lets_groups_see_each_other():
    spec = ConvSpec(depths=(2,), groups=4, connect="plain", activation="identity", size=4)
    seen = {}
    for shuffle in (False, True):
        first, second = build(replace(spec, shuffle=shuffle), seed=1).blocks()
        h = draw(1, 16, 4, 4).requires_grad_()
        second(first(h))[0, 0].sum().backward()
        seen[shuffle] = int((h.grad.abs().sum((0, 2, 3)) > 0).sum())
    assert seen == {False: 4, True: 16}


def test_a_seed_builds_the_same_network_and_leaves_the_generator_alone():
    before = torch.get_rng_state()
    one, two, other = build(SMALL, 3), build(SMALL, 3), build(SMALL, 4)
    assert torch.equal(torch.get_rng_state(), before)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.stem.conv.weight, other.stem.conv.weight)


def test_torch_alone_draws_the_same_weights():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        first = torch.nn.Conv2d(3, 8, 3, padding=1, bias=False)
    assert torch.equal(build(replace(SMALL, init="torch"), seed=5).stem.conv.weight, first.weight)


@pytest.mark.parametrize(
    "name", ["resnet18", "densenet_block", "lenet5", "shufflenet_unit", "shufflenet_v2_unit"]
)
def test_steps_have_the_blocks_names_and_skips_show(name):
    steps = steps_of(ModelRef(build=PRESETS[name]))
    names = {step.name for step in steps}
    last = len(PRESETS[name].depths) - 1
    assert f"stages.{last}.0.branch.conv1" in names
    assert f"stages.{last}.0" in {step.group for step in steps}
    joins = {"resnet18": "add", "densenet_block": "cat", "shufflenet_unit": "add"}
    joins["shufflenet_v2_unit"] = "cat"
    if name in joins:
        assert f"stages.{last}.0.{joins[name]}" in names


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (ConvSpec(groups=3), "groups: 3 groups do not divide 16 channels"),
        (MlpSpec(norm="instance"), "norm: instance norm takes means over maps"),
    ],
)
def test_what_cannot_go_together_is_not_built(spec, message):
    with pytest.raises(ValueError, match=message):
        build(spec)
    with pytest.raises(ValueError, match=message):
        skeleton(spec)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_split_block_is_torchvisions_unit_of_shufflenet_v2(stride):
    spec = replace(PRESETS["shufflenet_v2_unit"], stride=2)
    ours = build(spec).blocks()[0 if stride == 2 else 1].eval()
    theirs = InvertedResidual(24 if stride == 2 else 116, 116, stride).eval()
    named = {"branch": theirs.branch2, "shortcut": theirs.branch1}
    for name, part in named.items():
        mine = [m for m in getattr(ours, name) if list(m.parameters())]
        others = [m for m in part if list(m.parameters())]
        for m, other in zip(mine, others, strict=True):
            other.load_state_dict(m.state_dict())
    x = torch.randn(2, 24 if stride == 2 else 116, 10, 10)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


@pytest.mark.parametrize("reduction", [True, False])
def test_an_inception_block_has_its_paths_side_by_side(reduction):
    spec = replace(PRESETS["inception_module"], reduction=reduction, norm="none")
    branch = build(spec).blocks()[0].branch
    h = draw(2, 192, 6, 6)
    paths = branch.paths
    pooled = torch.max_pool2d(h, 3, 1, 1)
    found = [path(h) for path in (paths.one, paths.small, paths.large)]
    last = torch.relu(torch.conv2d(pooled, paths.pool.conv1.weight))
    assert torch.equal(branch(h), torch.cat([*found, last], 1))
    assert [f.shape[1] for f in (*found, last)] == [64, 128, 32, 32]
    inner = (96, 16) if reduction else (192, 192)
    windows = [list(path.children())[-2] for path in (paths.small, paths.large)]
    assert tuple(conv.in_channels for conv in windows) == inner
    assert tuple(conv.kernel_size[0] for conv in windows) == (3, 5)


def test_an_inception_block_is_googlenets_module_3a():
    ours = build(PRESETS["inception_module"]).blocks()[0].branch.paths.eval()
    theirs = Inception(GOOGLENET["3a"][0], norm=True).eval()
    for norm in (m for m in ours.modules() if isinstance(m, torch.nn.BatchNorm2d)):
        norm.eps = 0.001  # as torchvision has it
    mine, others = ours.state_dict(), theirs.state_dict()
    assert [t.shape for t in mine.values()] == [t.shape for t in others.values()]
    theirs.load_state_dict(dict(zip(others, mine.values(), strict=True)))
    x = draw(2, 192, 7, 7)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


@pytest.mark.parametrize("connect", ["plain", "residual", "dense", "split"])
def test_checkpointing_changes_what_is_kept_and_nothing_that_is_computed(connect):
    usual = replace(SMALL, depths=(3,), widths=(8,), connect=connect, norm="batch")
    saved, gradients, means = {}, {}, {}
    for again in (False, True):
        spec = replace(usual, checkpoint=again)
        net, x = build(spec), draw(4, 3, 8, 8)
        saved[again] = saved_bytes(build(spec), x)
        assert 4 * price(spec).activation_bytes == pytest.approx(saved[again], rel=0.1)
        net(x).square().sum().backward()
        gradients[again] = torch.cat([p.grad.flatten() for p in net.parameters()])
        means[again] = net.blocks()[0].branch.norm1.running_mean
    assert saved[True] < saved[False]
    assert torch.equal(gradients[True], gradients[False])
    # momentum 0.1, twice the same mean of a batch: 1 - 0.9 ** 2 of it in place of 0.1
    assert torch.allclose(means[True], 1.9 * means[False])
