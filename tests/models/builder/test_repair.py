"""Choices that cannot go together move to the nearest that can."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.builder.strategies import conv_specs, mlp_specs
from viz_models.analysis.build.race import entries
from viz_models.analysis.pricing.price import price
from viz_models.models import registry
from viz_models.models.builder import build, repair, skeleton
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec, ModelRef, TransformerSpec

DEEP = ConvSpec(depths=(2, 2, 2), widths=(16, 32, 64))
PATHS = ConvSpec(block="inception", widths=(32,))


def only(spec, field):
    """What a field became and why; nothing else may have moved."""
    fitting, repairs = repaired(spec)
    assert [r.field for r in repairs] == [field], repairs
    assert fitting == replace(spec, **{field: repairs[0].became})
    return repairs[0].became, repairs[0].why


@pytest.mark.parametrize(
    ("spec", "field", "became", "why"),
    [
        (ConvSpec(groups=6), "groups", 4, "6 groups do not divide 16 channels; 4 do"),
        (replace(DEEP, groups=64), "groups", 16, "64 groups do not divide 16, 32 and 64 channels"),
        (ConvSpec(norm="group", norm_groups=5), "norm_groups", 4, "5 groups of the norm do not"),
        (ConvSpec(se_ratio=20), "se_ratio", 16, "16 channels cannot be squeezed 20 to 1"),
        (ConvSpec(kernel_size=4), "kernel_size", 3, "a window of 4 has no center"),
        (ConvSpec(padding="valid"), "padding", "same", "without padding a branch shrinks"),
        (replace(DEEP, dilation=9), "dilation", 7, "steps of 9 leave a map of 8 pixels"),
        (ConvSpec(kernel_size=1, dilation=2), "dilation", 1, "a 1×1 window"),
        (ConvSpec(shuffle=True), "shuffle", False, "with 1 group there is nothing"),
        (ConvSpec(shuffle=True, groups=16), "shuffle", False, "one channel in each group"),
        (ConvSpec(branch_scale="zero"), "branch_scale", "one", "without a norm"),
        (ConvSpec(branch_scale="zero", norm="batch"), "activate", "sum", "no activation follows"),
        (ConvSpec(connect="plain", branch_scale="depth"), "branch_scale", "one", "without a sum"),
        (ConvSpec(connect="dense", activate="sum"), "activate", "branch", "has no sum"),
        (ConvSpec(connect="split", activate="sum"), "activate", "branch", "has no sum"),
        (ConvSpec(connect="split", widths=(15,)), "widths", (16,), "is even"),
        (ConvSpec(connect="split", shortcut="pad"), "shortcut", "projection", "both halves"),
        (ConvSpec(connect="dense", stride=2), "stride", 1, "keeps their size"),
        (replace(DEEP, connect="dense"), "down", "avg pool", "the transition between them pools"),
        (ConvSpec(pre_activation=True, activate="sum"), "activate", "branch", "nothing is left"),
        (ConvSpec(pointwise_groups=4), "pointwise_groups", 1, "only a bottleneck"),
        (ConvSpec(inner_activation=False), "inner_activation", True, "only a bottleneck"),
        (ConvSpec(reduction=False), "reduction", True, "only an Inception block"),
        (replace(PATHS, widths=(40,)), "widths", (32,), "share a multiple of 32 channels"),
        (replace(PATHS, connect="split"), "widths", (64,), "share a multiple of 64 channels"),
        (replace(PATHS, connect="plain", padding="valid"), "padding", "same", "different sizes"),
        (replace(PATHS, shuffle=True, groups=2), "shuffle", False, "are not shuffled"),
        (replace(PATHS, norm="batch", branch_scale="zero"), "branch_scale", "one", "four norms"),
        (replace(PATHS, groups=3), "groups", 2, "3 groups do not divide 2, 4, 12 and 16"),
        (ConvSpec(block="bottleneck", expansion=5), "expansion", 4, "5 does not divide 16"),
        (replace(DEEP, widths=(64, 32, 16), shortcut="pad"), "shortcut", "projection", "zeros"),
        (replace(DEEP, down="max pool", last_pool="max pool", size=4), "size", 8, "used up"),
        (replace(DEEP, size=4, norm="instance"), "norm", "layer", "on a map of 1 pixel"),
        (MlpSpec(norm="group"), "norm", "layer", "a perceptron has none"),
        (MlpSpec(branch_scale="depth"), "branch_scale", "one", "without a skip"),
        (
            MlpSpec(residual=True, branch_scale="zero", norm="batch"),
            "branch_scale",
            "one",
            "would never learn",
        ),
        (ConvSpec(depths=(0,)), "depths", (1,), "depths: from 1 to 64"),
        (ConvSpec(widths=(-5,)), "widths", (2,), "widths: from 2 to 2048"),
        (ConvSpec(size=10**9), "size", 256, "size: from 4 to 256"),
        (ConvSpec(depths=(1, 2)), "widths", (16, 16), "as many widths as stages"),
        (ConvSpec(dropout=float("nan")), "dropout", 0.0, "dropout is a number, not nan"),
        (ConvSpec(norm="bach"), "norm", "none", "norm is none or batch"),
        (ConvSpec(bias=1), "bias", False, "bias is true or false, not 1"),
        (ConvSpec(hidden=(3, "x")), "hidden", (), "hidden is a list of whole numbers"),
        (TransformerSpec(num_heads=5, num_kv_heads=4), "num_heads", 4, "5 heads do not split"),
    ],
)  # fmt: skip
def test_the_nearest_choice_and_why(spec, field, became, why):
    found, sentence = only(spec, field)
    assert found == became
    assert why in sentence


def test_a_norm_over_single_channels_has_one_group():
    split = ConvSpec(connect="split", stem="none", in_channels=1, depths=(1,), widths=(2,), size=4)
    found, _ = repaired(replace(split, norm="group", norm_groups=2, block="single"))
    assert found.norm_groups == 1


def test_what_is_fine_stays():
    for spec in (ConvSpec(), MlpSpec(), TransformerSpec()):
        assert repaired(spec) == (spec, ())


def test_windows_without_padding_fall_back_to_padding_when_no_photo_is_large_enough():
    spec = ConvSpec(connect="plain", padding="valid", kernel_size=7, depths=(60,))
    assert only(spec, "padding")[0] == "same"


@pytest.mark.slow
@settings(max_examples=300, derandomize=True)
@given(conv_specs() | mlp_specs())
def test_a_repaired_spec_needs_no_repair_and_can_be_built(asked):
    fitting, _ = repaired(asked)
    assert repaired(fitting) == (fitting, ())
    skeleton(fitting)


ANYTHING = st.one_of(
    st.integers(),
    st.integers(10**5000, 10**5001),
    st.floats(),
    st.text(max_size=5),
    st.none(),
    st.booleans(),
    st.lists(st.integers(), max_size=3),
    st.tuples(st.integers(), st.integers(-9, 9)),
    st.tuples(st.text(max_size=2)),
)


@settings(max_examples=200, derandomize=True)
@given(st.sampled_from([ConvSpec, MlpSpec]), st.data())
def test_forged_values_are_met(kind, data):
    names = data.draw(st.lists(st.sampled_from([f.name for f in fields(kind)]), max_size=6))
    asked = kind(**{name: data.draw(ANYTHING) for name in names})
    fitting, repairs = repaired(asked)
    assert repaired(fitting) == (fitting, ())
    assert all(r.why and "\n" not in r.why and len(r.why) < 200 for r in repairs)


def test_a_number_too_long_to_be_written_is_named_all_the_same():
    for widths in (10**5000, ("8", 10**5000)):
        _, repairs = repaired(ConvSpec(widths=widths))
        assert repairs[0].why == "widths is a list of whole numbers, not a number that long"


def test_a_network_is_looked_at_once_however_often_it_is_asked_for(monkeypatch):
    asked = []
    whole = repair.repaired
    monkeypatch.setattr(repair, "repaired", lambda spec: asked.append(spec) or whole(spec))
    spec = ConvSpec(widths=(22,))
    price(spec), build(spec), skeleton(spec), registry.card(ModelRef(build=spec))
    for entry in entries(spec)[0].values():
        price(entry.network), price(entry.network)
    assert asked.count(spec) == 1
    assert len(asked) == len(set(asked))


def test_what_cannot_go_together_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(ValueError, match="groups: 3 groups do not divide 16 channels"):
            repair.check(ConvSpec(groups=3))
