from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.normalization.oracle import KINDS, grouped, module, output, refusal
from viz_models.analysis.normalization import divisors, normalize
from viz_models.analysis.normalization.moments import group_moments
from viz_models.analysis.normalization.normalize import _compare, mean_terms
from viz_models.records import NormSpec, Running

kinds = pytest.mark.parametrize("kind", KINDS, ids="-".join)
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
# torch's own sums in half precision run in float32; in float32 and above they lose a few digits
RELATIVE = {torch.float16: 2e-3, torch.bfloat16: 1e-2, torch.float32: 1e-5, torch.float64: 1e-13}


@st.composite
def specs(draw, channels):
    norm, over = draw(st.sampled_from(KINDS))
    return NormSpec(
        norm=norm,
        over=over,
        groups=draw(st.sampled_from(divisors(channels))),
        eps=10 ** draw(st.floats(-8, -1)),
        gamma=draw(st.sampled_from((1.0, 0.0, 1.25, -3.0))),
        beta=draw(st.sampled_from((0.0, -0.07, 5.0))),
        mode=draw(st.sampled_from(("train", "eval"))),
    )


def drawn(shape, dtype=torch.float32, seed=0, scale=1.0, offset=0.0):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (x * scale + offset).to(dtype)


@settings(deadline=None, max_examples=200)
@given(
    shape=st.tuples(*[st.integers(1, 6)] * 2, *[st.integers(1, 9)] * 2),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from((1e-3, 1.0, 30.0)),
    offset=st.sampled_from((0.0, 1.0, -20.0)),
    data=st.data(),
)
def test_equals_torch_over_shapes_types_and_specs(shape, dtype, seed, scale, offset, data):
    spec = data.draw(specs(shape[1]))
    x = drawn(shape, dtype, seed, scale, offset)
    before = x.clone()
    result = normalize(x, spec)
    assert torch.equal(x, before)
    rows = grouped(x.double().numpy(), spec)
    np.testing.assert_allclose(result.mean, rows.mean(1), rtol=1e-12, atol=1e-12 * abs(rows).max())
    np.testing.assert_allclose(result.variance, rows.var(1), rtol=1e-9, atol=1e-25)
    np.testing.assert_allclose(result.rms, np.sqrt((rows**2).mean(1)), rtol=1e-9, atol=1e-25)
    assert result.refusal == refusal(x, spec)
    if result.refusal:
        assert (result.output, result.max_difference, result.agrees) == (None, None, False)
        return
    expected = output(x, spec)
    expected = expected.float() if dtype == torch.bfloat16 else expected  # numpy has none
    np.testing.assert_array_equal(result.output, expected.numpy(), strict=True)
    assert result.agrees
    check_own_line(x, spec, result)
    assert_finite(result)


def check_own_line(x, spec, result):
    """The statistics that are shown give torch's output, also when put together here."""
    wide = x.double().numpy()
    mean, root = (a[result.grouping.ids] for a in (result.subtracted, result.divided))
    beta = 0.0 if spec.norm == "rms" else spec.beta
    ours = (wide - mean) / root * spec.gamma + beta
    difference = np.abs(ours - result.output)
    assert difference.max() == pytest.approx(result.max_difference, rel=1e-6, abs=1e-12)
    absolute = (np.abs(wide) + np.abs(wide).max()) / root * abs(spec.gamma) + abs(beta)
    assert (difference <= RELATIVE[x.dtype] * absolute).all()


def assert_finite(result):
    for name in ("mean", "variance", "rms", "subtracted", "used", "divided"):
        assert np.isfinite(getattr(result, name)).all(), name
    assert np.isfinite(result.output).all()
    assert np.isfinite(result.mean_after).all()
    assert np.isfinite(result.variance_after).all()
    assert (result.variance >= 0).all()
    assert (result.divided > 0).all()


@kinds
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_a_batch_of_real_size_is_float32_close(kind, mode):
    spec = NormSpec(norm=kind[0], over=kind[1], groups=4, mode=mode)
    x = drawn((16, 32, 14, 14))
    result = normalize(x.numpy(), spec)
    np.testing.assert_array_equal(result.output, output(x, spec))
    assert result.agrees
    assert result.max_difference < 2e-6


@kinds
def test_large_inputs_keep_their_variance(kind):
    """One pass in float32, E[x²] − E[x]², would be off by the variance itself."""
    spec = NormSpec(norm=kind[0], over=kind[1], groups=4)
    x = drawn((8, 16, 6, 6), offset=1e4)
    result = normalize(x.numpy(), spec)
    rows = grouped(x.double().numpy(), spec)
    np.testing.assert_allclose(result.variance, rows.var(1), rtol=1e-12)
    np.testing.assert_array_equal(result.output, output(x, spec))
    assert result.agrees
    assert result.max_difference < 2e-3  # float32 itself has steps of 1e-3 there


@kinds
@pytest.mark.parametrize("value", [0.0, 0.1, -3.3, 1e4 + 0.1, 1e-20])
def test_constant_inputs_have_variance_zero_exactly(kind, value):
    spec = NormSpec(norm=kind[0], over=kind[1], groups=2, gamma=2.0, beta=0.5)
    x = torch.full((3, 4, 5, 7), value)
    result = normalize(x.numpy(), spec)
    np.testing.assert_array_equal(result.variance, 0.0)
    np.testing.assert_array_equal(result.mean, float(np.float32(value)))
    np.testing.assert_array_equal(result.output, output(x, spec))
    assert result.agrees
    assert_finite(result)
    if kind[0] == "rms":
        assert [d.kind for d in result.degenerate] == ["zero variance"] * (value == 0)
    else:
        (told,) = result.degenerate
        assert told.kind == "zero variance"
        assert told.groups.tolist() == list(range(result.grouping.count))
        assert "eps" in told.sentence


def test_only_the_constant_groups_are_named():
    x = drawn((4, 3, 5, 5)).numpy()
    x[:, 1] = 0.7
    (told,) = normalize(x, NormSpec()).degenerate
    assert told.groups.tolist() == [1]
    assert told.sentence.startswith("1 of 3 groups")


@pytest.mark.parametrize(("norm", "word"), [("batch", "per channel"), ("instance", "spatial")])
def test_one_value_a_group_is_refused_in_torchs_words(norm, word):
    x = drawn((1, 3, 1, 1))
    result = normalize(x.numpy(), NormSpec(norm=norm))
    with pytest.raises(ValueError, match=word) as refused:
        output(x, NormSpec(norm=norm))
    assert result.refusal == str(refused.value)
    assert result.output is None
    assert [d.kind for d in result.degenerate] == ["one value"]
    np.testing.assert_array_equal(result.mean, x.double().flatten())
    np.testing.assert_array_equal(result.variance, 0.0)


def test_one_value_a_group_that_torch_lets_through():
    x = drawn((4, 1, 3, 3))
    layer = normalize(x.numpy(), NormSpec(norm="layer", over="c"))
    assert (layer.output == 0).all()
    assert "nothing of the input is left" in layer.degenerate[0].sentence
    rms = normalize(x.numpy(), NormSpec(norm="rms", over="c"))
    np.testing.assert_allclose(rms.output, x.sign(), atol=0.1)  # eps shows where x is small
    assert "only the sign is left" in rms.degenerate[0].sentence


def test_eval_uses_what_was_kept():
    x, spec = drawn((4, 3, 5, 5)), NormSpec(mode="eval")
    norm = module(x.shape, replace(spec, mode="train"))
    for seed in range(5):
        norm(drawn(x.shape, seed=seed, scale=2, offset=3))
    kept = Running(norm.running_mean.numpy(), norm.running_var.numpy())
    result = normalize(x.numpy(), spec, kept)
    np.testing.assert_array_equal(result.output, norm.eval()(x))
    np.testing.assert_allclose(result.subtracted, norm.running_mean, rtol=1e-12)
    np.testing.assert_allclose(result.mean, x.double().mean((0, 2, 3)), atol=1e-15)
    assert result.agrees
    assert normalize(np.zeros((1, 3, 1, 1), np.float32), spec, kept).degenerate == ()


@kinds
def test_after_the_norm_every_group_has_mean_0_and_variance_1(kind):
    result = normalize(
        drawn((4, 8, 6, 6), scale=3, offset=2).numpy(), NormSpec(norm=kind[0], over=kind[1])
    )
    rows = grouped(result.output.astype(float), result.spec)
    np.testing.assert_allclose(result.mean_after, rows.mean(1), atol=1e-12)
    np.testing.assert_allclose(result.variance_after, rows.var(1), atol=1e-12)
    if kind[0] == "rms":
        np.testing.assert_allclose((rows**2).mean(1), 1, rtol=1e-4)
        assert abs(result.mean_after).max() > 0.1
    else:
        np.testing.assert_allclose(result.mean_after, 0, atol=1e-6)
        np.testing.assert_allclose(result.variance_after, 1, rtol=1e-4)


@kinds
def test_a_wrong_output_would_be_noticed(kind):
    spec = NormSpec(norm=kind[0], over=kind[1], groups=2)
    x = drawn((3, 4, 50, 40))
    result = normalize(x, spec)
    used = [torch.from_numpy(a) for a in (result.subtracted, result.divided)]
    used.append(mean_terms(spec, used[0], torch.from_numpy(result.rms)))
    wrong = torch.from_numpy(result.output.copy())
    assert _compare(x, wrong, spec, result.grouping, used) == (result.max_difference, True)
    wrong[-1, -1, -1, -1] += 1e-3
    difference, agrees = _compare(x, wrong, spec, result.grouping, used)
    assert difference == pytest.approx(1e-3, rel=0.01)
    assert not agrees


@pytest.mark.parametrize("shape", [(3, 2, 400, 400), (3, 300, 30, 30), (5000, 30, 1, 1)])
@kinds
def test_pieces_of_any_cut_give_the_same(kind, shape):
    spec = NormSpec(norm=kind[0], over=kind[1], groups=2)
    x = drawn(shape, offset=7)
    if kind[0] == "instance" and shape[2] == 1:
        pytest.skip("torch refuses one value a map")
    rows = grouped(x.double().numpy(), spec)
    mean, variance = group_moments(x, spec)
    np.testing.assert_allclose(mean, rows.mean(1), rtol=1e-12)
    np.testing.assert_allclose(variance, rows.var(1), rtol=1e-9)
    assert normalize(x, spec).agrees


@pytest.mark.parametrize(
    ("x", "hint"),
    [
        (np.full((2, 3, 4, 4), np.nan, np.float32), "NaN or infinity"),
        (np.full((2, 3, 4, 4), np.inf, np.float32), "NaN or infinity"),
        (drawn((2, 3, 4, 4), scale=1e30).numpy(), "overflow"),
        (np.zeros((2, 3, 4, 4), np.int64), "convert to float32"),
        (np.zeros((2, 3, 4), np.float32), "N,C,H,W"),
    ],
)
def test_what_cannot_be_normalized_is_told(x, hint):
    with pytest.raises(ValueError, match=hint):
        normalize(x, NormSpec(norm="layer"))


def test_arrays_that_must_not_be_written_to_are_left_alone(recwarn):
    x = drawn((2, 3, 4, 4)).numpy()
    x.flags.writeable = False
    result = normalize(x, NormSpec())
    assert not result.output.flags.writeable
    assert not recwarn.list
