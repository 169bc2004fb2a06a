import numpy as np
import pytest
import torch

from tests.analysis.normalization.oracle import KINDS, grouped, output
from viz_models.analysis.normalization import activation, backward
from viz_models.records import NormSpec, SourceSpec

SHAPE = (4, 6, 5, 5)
X = activation(SourceSpec(kind="shifted", shape=SHAPE))
kinds = pytest.mark.parametrize("kind", KINDS, ids="-".join)


@kinds
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_the_gradient_is_torchs(kind, mode):
    spec = NormSpec(norm=kind[0], over=kind[1], gamma=1.5, mode=mode)
    found = backward(X, spec, seed=9)
    g = torch.randn(SHAPE, generator=torch.Generator().manual_seed(9)).double()
    x = torch.from_numpy(X.astype(float)).requires_grad_()
    (expected,) = torch.autograd.grad(output(x, spec), x, g)
    assert found.gradient_norms[2] == pytest.approx(expected.norm().item(), rel=1e-9)
    rows = grouped(X.astype(float), spec)
    arriving = grouped(g.numpy() * 1.5, spec)
    np.testing.assert_allclose(found.mean_arriving, arriving.mean(1), atol=1e-12)
    if kind[0] == "batch" and mode == "eval":
        root, hat = np.sqrt(1 + 1e-5), rows / np.sqrt(1 + 1e-5)
    else:
        center = 0 if kind[0] == "rms" else rows.mean(1, keepdims=True)
        root = np.sqrt(((rows - center) ** 2).mean(1, keepdims=True) + 1e-5)
        hat = (rows - center) / root
    passed = grouped(expected.numpy(), spec) * root
    np.testing.assert_allclose(found.mean_passed, passed.mean(1), atol=1e-10)
    np.testing.assert_allclose(found.projection_arriving, (arriving * hat).mean(1), atol=1e-10)
    np.testing.assert_allclose(found.projection_passed, (passed * hat).mean(1), atol=1e-10)


@kinds
def test_mean_and_projection_are_removed(kind):
    found = backward(X, NormSpec(norm=kind[0], over=kind[1]))
    assert abs(found.projection_arriving).max() > 0.01
    np.testing.assert_allclose(found.projection_passed, found.projection_expected, atol=1e-10)
    assert abs(found.projection_passed).max() < 0.01 * abs(found.projection_arriving).max()
    if kind[0] == "rms":
        assert abs(found.mean_passed).max() > 0.01
    else:
        np.testing.assert_allclose(found.mean_passed, 0, atol=1e-12)


def test_fixed_statistics_remove_nothing():
    found = backward(X, NormSpec(mode="eval"))
    np.testing.assert_allclose(found.mean_passed, found.mean_arriving, rtol=1e-9)
    np.testing.assert_allclose(found.projection_passed, found.projection_arriving, rtol=1e-9)
    np.testing.assert_allclose(found.projection_passed, found.projection_expected, rtol=1e-9)
    np.testing.assert_allclose(found.gradient_norms, found.gradient_norms[2], rtol=1e-9)


@pytest.mark.parametrize("kind", [k for k in KINDS if k[1] == "chw"], ids="-".join)
def test_ten_times_the_input_a_tenth_of_the_gradient(kind):
    x = activation(SourceSpec(kind="normal", shape=SHAPE)) * 10
    found = backward(x, NormSpec(norm=kind[0], eps=1e-12))
    np.testing.assert_allclose(
        found.gradient_norms * found.scales, found.gradient_norms[2], rtol=1e-3
    )


def test_eps_stops_it():
    x = activation(SourceSpec(kind="normal", shape=SHAPE)) * 1e-2
    found = backward(x, NormSpec(eps=1e-2))
    assert found.gradient_norms[0] < 2 * found.gradient_norms[1]


def test_constant_groups_and_refusals_stay_finite():
    for x in (np.ones((2, 3, 4, 4), np.float32), np.ones((1, 3, 1, 1), np.float32)):
        for norm, over in KINDS:
            found = backward(x, NormSpec(norm=norm, over=over, groups=1))
            for name in ("mean_passed", "projection_passed", "gradient_norms"):
                assert np.isfinite(getattr(found, name)).all()
    refused = backward(np.ones((1, 3, 1, 1), np.float32), NormSpec())
    assert "more than 1 value" in refused.refusal
    assert (refused.gradient_norms == 0).all()


def test_too_large():
    with pytest.raises(ValueError, match="limit is 1,048,576"):
        backward(np.zeros((2, 64, 128, 128), np.float32), NormSpec())
