import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.normalization.oracle import KINDS, output
from viz_models.analysis.normalization import cell, normalize
from viz_models.digits import digits
from viz_models.records import NormSpec, Running

SHAPE = (3, 4, 5, 6)


def drawn(offset=0.0):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(1)) + offset


@settings(deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    mode=st.sampled_from(("train", "eval")),
    place=st.tuples(*(st.integers(0, n - 1) for n in SHAPE)),
    offset=st.sampled_from((0.0, -3.0, 1e4)),
    gamma=st.sampled_from((1.0, 1.25, -2.0)),
    beta=st.sampled_from((0.0, -0.07)),
)
def test_every_cell_equals_torch(kind, mode, place, offset, gamma, beta):
    spec = NormSpec(norm=kind[0], over=kind[1], mode=mode, gamma=gamma, beta=beta)
    x = drawn(offset)
    found = cell(x.numpy(), normalize(x.numpy(), spec), place)
    assert found.torch_value == output(x, spec)[place].item()
    assert found.agrees
    assert found.difference == abs(found.total - found.torch_value)
    assert found.members[place]
    assert found.members.sum() == found.size
    assert found.stages[0].value == x[place].item()
    assert found.stages[-1].value == pytest.approx(found.total, abs=1e-12)
    assert all(s.low <= s.mean <= s.high for s in found.stages)


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_the_line_can_be_worked_out_by_hand(kind):
    spec = NormSpec(norm=kind[0], over=kind[1], gamma=1.25, beta=-0.5)
    x = drawn(2.0).numpy()
    found = cell(x, normalize(x, spec), (1, 2, 3, 4))
    line = found.formula.replace("−", "-").replace("÷", "/").replace("·", "*")
    value = eval(re.sub(r"√(\([^)]*\))", r"\1**0.5", line), {})
    assert digits(value) == digits(found.total)
    numbers = {n.symbol: n.value for n in found.numbers}
    group = x[found.members].astype(float)
    assert numbers["x"] == x[1, 2, 3, 4]
    if kind[0] == "rms":
        assert list(numbers) == ["x", "x̄²", "ε", "γ"]
        assert numbers["x̄²"] == pytest.approx((group**2).mean(), rel=1e-12)
        assert [s.label for s in found.stages] == ["x", "÷ √(x̄² + ε)", "· γ"]
    else:
        assert list(numbers) == ["x", "μ", "σ²", "ε", "γ", "β"]
        assert numbers["μ"] == pytest.approx(group.mean(), rel=1e-12)
        assert numbers["σ²"] == pytest.approx(group.var(), rel=1e-9)
        assert [s.label for s in found.stages] == ["x", "− μ", "÷ √(σ² + ε)", "· γ + β"]


@pytest.mark.parametrize("eps", [1e-12, 1e-8, 1e-5, 0.3, 1.0])
@pytest.mark.parametrize("kind", [k for k in KINDS if k[0] != "rms"], ids="-".join)
def test_the_variance_of_a_constant_group_is_0_whatever_eps(kind, eps):
    x = np.full(SHAPE, 0.1, np.float32)
    found = cell(x, normalize(x, NormSpec(norm=kind[0], over=kind[1], eps=eps)), (1, 2, 3, 4))
    assert {n.symbol: n.value for n in found.numbers}["σ²"] == 0
    assert "√(0 + " in found.formula


def test_a_variance_far_below_eps_keeps_its_digits():
    x = (drawn().numpy() * 1e-9).astype(np.float32)
    for norm, expected in (
        ("layer", x[1].astype(float).var()),
        ("rms", np.square(x[1].astype(float)).mean()),
    ):
        found = cell(x, normalize(x, NormSpec(norm=norm, eps=1.0)), (1, 2, 3, 4))
        square = next(n.value for n in found.numbers if n.symbol in ("σ²", "x̄²"))
        assert square == pytest.approx(expected, rel=1e-6, abs=0)


def test_stages_carry_the_whole_group():
    x = drawn(2.0).numpy()
    found = cell(x, normalize(x, NormSpec(gamma=-2.0, beta=1.0)), (0, 1, 2, 3))
    channel = x[:, 1].astype(float)
    hat = (channel - channel.mean()) / np.sqrt(channel.var() + 1e-5)
    after = found.stages[-1]
    assert after.mean == pytest.approx((hat * -2 + 1).mean())
    assert (after.low, after.high) == pytest.approx(tuple(np.percentile(hat * -2 + 1, (5, 95))))


def test_running_statistics_are_named_so():
    x, spec = drawn().numpy(), NormSpec(mode="eval")
    kept = Running(np.arange(4.0), np.full(4, 2.0))
    numbers = {n.symbol: n for n in cell(x, normalize(x, spec, kept), (0, 3, 0, 0)).numbers}
    assert numbers["μ"].value == 3.0
    assert numbers["σ²"].value == 2.0
    assert numbers["μ"].meaning == "running mean kept for channel 3"


def test_where_torch_refused_there_is_no_difference():
    x = np.ones((1, 2, 1, 1), np.float32)
    found = cell(x, normalize(x, NormSpec()), (0, 1, 0, 0))
    assert (found.torch_value, found.difference, found.agrees) == (None, None, False)
    assert np.isfinite(found.total)


@pytest.mark.parametrize("place", [(0, 0, 0), (3, 0, 0, 0), (0, -1, 0, 0)])
def test_no_such_place(place):
    x = drawn().numpy()
    with pytest.raises(ValueError, match="no value at"):
        cell(x, normalize(x, NormSpec()), place)
