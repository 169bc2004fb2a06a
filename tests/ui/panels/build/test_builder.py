"""The builder's panels: sliders that end where the price ends, and lines that are true."""

import re
from dataclasses import replace

import numpy as np
import pytest

from viz_models.analysis.pricing.price import refusal
from viz_models.digits import digits
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec, Paths, RnnSpec, TransformerSpec
from viz_models.ui.panels.build.builder_cards import Branch
from viz_models.ui.panels.build.builder_controls import affordable
from viz_models.ui.panels.build.builder_families import FAMILIES, family_of

SPECS = (
    ConvSpec(groups=4, branch_scale="depth"),
    ConvSpec(depths=(2, 2, 2), widths=(96, 192, 384), size=64, norm="batch"),
    MlpSpec(width=1024, depth=10),
    TransformerSpec(d_model=256, layers=20),
    RnnSpec(cell="lstm", layers=4, hidden=512, size=64),
)


def sliders(spec):
    knobs = FAMILIES[family_of(spec)].knobs
    return [k for k in knobs if k.kind == "slider" and k.labels is None and k.shown(spec)]


def fits(knob, spec, value):
    return refusal(repaired(knob.set(spec, value))[0]) is None


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_a_slider_has_every_value_that_fits_and_no_other(spec):
    for knob in sliders(spec):
        wanted = [v for v in sorted(knob.numbers(spec)) if fits(knob, spec, v)]
        assert list(affordable(knob, spec)) == wanted, knob.key


def test_the_depth_of_the_first_network_ends_at_63_blocks():
    spec = FAMILIES["ConvNet"].spec
    depth = next(k for k in sliders(spec) if k.key == "depth")
    assert affordable(depth, spec)[-1] == 63  # and a stem: 64 convolutions


def test_a_network_that_is_too_large_keeps_every_value():
    spec = replace(FAMILIES["ConvNet"].spec, depths=(64,))
    depth = next(k for k in sliders(spec) if k.key == "depth")
    assert list(affordable(depth, spec)) == list(range(1, 65))


@pytest.mark.parametrize("seed", range(40))
def test_the_law_of_cosines_is_true_with_the_digits_that_it_shows(seed):
    rng = np.random.default_rng(seed)
    identity, branch = rng.lognormal(0, 1, (2, 3))
    cosine = rng.uniform(-0.9, 0.9, 3)
    factor = np.sqrt(identity**2 + branch**2 + 2 * identity * branch * cosine)
    found = Paths(seed=0, identity=identity, branch=branch, cosine=cosine, factor=factor)
    *_, law, measured = Branch(2, "FFN", found, 1).lines()
    assert law.value == measured.value
    text = law.label.replace("²", "**2").replace("·", "*").replace("−", "-")
    value = eval(re.sub("^√", "", text)) ** 0.5
    assert f"×{digits(value, 3)}" == law.value
