"""Two networks side by side."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings

from tests.models.builder.strategies import conv_specs
from viz_models.analysis.build import compare, race
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec, TransformerSpec


def costs(a, b):
    return {c.label: c for c in compare.comparison(a, b).costs}


def differing(a, b):
    return {c.field: (c.a, c.b) for c in compare.comparison(a, b).choices if c.differs}


def test_plain_and_residual_differ_in_one_choice_and_in_no_parameter():
    a, b = PRESETS["plain20"], PRESETS["res20"]
    assert differing(a, b) == {"connect": ("plain", "residual")}
    found = costs(a, b)
    count = sum(p.numel() for p in skeleton(a).parameters())
    assert found["parameters"].a == found["parameters"].b == count == 269_722
    assert found["multiply-adds"].ratio == found["layers"].ratio == 1


def test_twice_the_width_is_four_times_the_parameters_of_a_convolution():
    a = ConvSpec(depths=(8,), widths=(16,))
    b = replace(a, widths=(32,))
    count = [sum(p.numel() for p in skeleton(s).parameters()) for s in (a, b)]
    assert costs(a, b)["parameters"].ratio == pytest.approx(count[1] / count[0], abs=1e-12)
    assert differing(a, b) == {"widths": ("16", "32")}


def test_of_two_families_only_what_both_have_is_compared():
    found = compare.comparison(MlpSpec(), TransformerSpec()).choices
    fields = {c.field: (c.a, c.b) for c in found}
    assert fields["family"] == ("mlp", "transformer")
    assert fields["residual"] == ("no", "yes")
    assert "depth" not in fields
    assert "layers" not in fields


@settings(max_examples=30)
@given(conv_specs())
def test_a_network_does_not_differ_from_itself(asked):
    spec = repaired(asked)[0]
    found = compare.comparison(spec, replace(spec))
    assert not any(c.differs for c in found.choices)
    assert {c.ratio for c in found.costs} == {1.0}


@pytest.mark.parametrize(("a", "b"), [("plain20", "res56"), ("lenet5", "gpt_tiny")])
def test_the_race_is_on_equal_terms(a, b):
    one, two = compare.pair(PRESETS[a], PRESETS[b])
    assert (one.loss, one.batch) == (two.loss, two.batch)
    assert len(build(one.network).blocks()) == len(build(PRESETS[a]).blocks())
    line = race.line(two, 0)
    assert torch.tensor(line.gradient).isfinite().all()


def test_dropout_is_no_second_seed():
    spec = MlpSpec(dropout=0.5, depth=3)
    one, _ = compare.pair(spec, spec)
    assert one.network.dropout == 0
    assert race.line(one, 0).loss == race.line(one, 0).loss


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="unknown loss 'hinge'; choose cross entropy or"):
        compare.pair(MlpSpec(), MlpSpec(), "hinge")
