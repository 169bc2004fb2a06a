"""Equal multiply-adds, the paper's memory access cost, and torch's own shuffle and units."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.shufflenetv2 import InvertedResidual

from viz_models.analysis.vision import fast, fast_shuffle, fast_traffic, fast_ways
from viz_models.recordings.vision import fast as recordings
from viz_models.records.vision.fast import (
    GUIDELINES,
    Fast,
    FastSpec,
    FastWay,
    ShuffleSpec,
    spread,
)

PLANS = fast_ways.plans()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.series} {plan.name}")
def test_multiply_adds_are_torchs(plan):
    with torch.device("meta"):
        net, x = plan.make(), torch.empty(1, *plan.shape)
    with FlopCounterMode(display=False) as counter:
        net(x)
    assert sum(s.macs for s in fast_traffic.traffic(plan)) == counter.get_total_flops() // 2


@pytest.mark.parametrize("series", GUIDELINES)
def test_all_ways_of_a_guideline_have_exactly_the_same_multiply_adds(series):
    macs = [sum(s.macs for s in fast_traffic.traffic(p)) for p in PLANS if p.series == series]
    assert len(macs) >= 4
    assert len(set(macs)) == 1


def test_both_units_have_the_same_multiply_adds_to_a_thousandth():
    v1, v2 = (sum(s.macs for s in unit.steps) for unit in fast_traffic.units())
    assert v1 == pytest.approx(v2, rel=1e-3)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.series} {plan.name}")
def test_a_convolution_moves_what_the_paper_says(plan):
    """Equations 1 and 2: h w (c1 + c2) + c1 c2 / g, for 1x1; times 9 weights for 3x3."""
    side = plan.shape[1] ** 2
    expected = [
        side * (m.in_channels + m.out_channels) + m.weight.numel()
        for m in plan.make().modules()
        if isinstance(m, nn.Conv2d)
    ]
    steps = [s for s in fast_traffic.traffic(plan) if s.macs]
    assert [s.access for s in steps] == expected


def test_relu_and_add_move_whole_maps():
    plan = next(p for p in PLANS if p.name == "both")
    free = [s.access for s in fast_traffic.traffic(plan) if not s.macs]
    maps = 56 * 56
    assert free == [2 * 32 * maps, 2 * 32 * maps, 2 * 128 * maps, 3 * 128 * maps]


def test_parallel_pieces_are_one_convolution():
    torch.manual_seed(0)
    pieces = fast_ways.Parallel(128, 4)
    whole = nn.Conv2d(128, 128, 1, bias=False)
    x = torch.randn(1, 128, 5, 5)
    with torch.no_grad():
        whole.weight.copy_(torch.cat([piece.weight for piece in pieces.pieces]))
        torch.testing.assert_close(pieces(x), whole(x))


def test_the_unit_of_v2_is_torchvisions_with_its_norm_folded():
    torch.manual_seed(0)
    theirs = InvertedResidual(138, 138, 1).eval()
    ours = fast_ways.UnitV2(138)
    branch = theirs.branch2
    folded = [torch.nn.utils.fusion.fuse_conv_bn_eval(branch[i], branch[i + 1]) for i in (0, 3, 5)]
    for mine, conv in zip((ours.first, ours.depthwise, ours.last), folded, strict=True):
        mine.load_state_dict(conv.state_dict())
    x = torch.randn(1, 138, 7, 7)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x))


def test_the_named_steps_of_a_unit_are_its_convolutions():
    for unit in fast_traffic.units():
        assert [s.macs > 0 for s in unit.steps] == [
            "convolution" in s.name or "depthwise" in s.name for s in unit.steps
        ]


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 6, 12])
def test_the_shuffle_is_torchs_and_reaches_every_group_it_can(groups):
    found = fast_shuffle.shuffle(ShuffleSpec(groups=groups))
    theirs = nn.ChannelShuffle(groups)(torch.arange(12.0).view(1, 12, 1, 1))
    assert list(found.source) == theirs.flatten().tolist()
    assert found.same_as_torch
    size = 12 // groups
    apart = fast_shuffle.shuffle(ShuffleSpec(groups=groups, shuffled=False))
    assert apart.source == tuple(range(12))
    for channel in range(12):
        assert found.place(channel) == channel % size * groups + channel // size
        own = channel // size * size
        assert apart.reached[channel] == tuple(range(own, own + size))
        entered = {found.place(c) // size for c in range(own, own + size)}
        assert len(found.reached[channel]) == len(entered) * size
    if size >= groups:
        assert {len(r) for r in found.reached} == {12}


def test_groups_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="5 groups do not divide 12"):
        ShuffleSpec(groups=5)


@pytest.mark.parametrize("wrong", [{"rounds": 4}, {"rounds": 101}, {"seconds": 0.0}])
def test_a_measurement_without_bounds_is_refused(wrong):
    with pytest.raises(ValueError, match="got"):
        fast.measure(FastSpec(**wrong))


def test_stopping_ends_a_measurement():
    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fast.measure(FastSpec(), stop)


def test_the_recording_has_what_the_code_counts_now():
    found = recordings.load()
    assert found.machine
    assert [(w.series, w.name, w.what) for w in found.ways] == [
        (p.series, p.name, p.what) for p in PLANS
    ]
    for way, plan in zip(found.ways, PLANS, strict=True):
        steps = fast_traffic.traffic(plan)
        assert (way.macs, way.access) == (sum(s.macs for s in steps), sum(s.access for s in steps))
        assert len(way.milliseconds) >= 5
    assert found.units == fast_traffic.units()


def test_numbers_moved_grow_from_the_way_that_obeys_to_the_one_that_does_not():
    for series in ("widths", "groups", "elementwise"):
        moved = [way.access for way in recordings.load().of(series)]
        assert all(a <= b for a, b in pairwise(moved))
        assert moved[0] < moved[-1]


def test_ratios_are_paired_by_round():
    def way(name, times):
        return FastWay(series="units", name=name, what="", macs=1, access=1, milliseconds=times)

    ways = (way("a", (1.0, 2.0, 4.0)), way("b", (2.0, 6.0, 4.0)))
    base = recordings.load()
    found = Fast(spec=base.spec, ways=ways, units=(), machine="", provenance=base.provenance)
    assert found.ratio("units") == spread((2.0, 3.0, 1.0))
    assert found.ratio("units").median == 2
