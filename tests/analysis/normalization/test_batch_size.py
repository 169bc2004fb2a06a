import numpy as np
import pytest
import torch

from viz_models.analysis.normalization import activation, alone, batch_error
from viz_models.records import SourceSpec


@pytest.fixture(scope="module")
def digits():
    return activation(SourceSpec(kind="digits", shape=(1024, 1, 1, 1)))


@pytest.fixture(scope="module")
def errors(digits):
    return batch_error(digits)


def test_errors_fall_with_the_root_of_the_size(errors):
    assert errors.sizes.tolist() == [256, 128, 64, 32, 16, 8, 4, 2, 1]
    assert errors.slope == pytest.approx(-0.5, abs=0.08)
    for bands in (errors.mean_error, errors.variance_error):
        assert bands.shape == (9, 3)
        assert np.isfinite(bands).all()
        assert (np.diff(bands, axis=1) >= 0).all()
        assert (np.diff(bands[:, 1]) > 0).all(), "smaller batches are worse"


def test_errors_are_those_of_torchs_batches(digits):
    found = batch_error(digits, sizes=(16, 4), repeats=30, seed=4)
    rng = np.random.default_rng(4)
    x = torch.from_numpy(digits.copy()).double()
    whole_variance, whole_mean = torch.var_mean(x, (0, 2, 3), correction=0)
    for row in range(2):
        seen = []
        for _ in range(30):
            batch = x[rng.permutation(1024)[: (16, 4)[row]]]
            variance, mean = torch.var_mean(batch, (0, 2, 3), correction=0)
            seen.append(
                (
                    ((mean - whole_mean) / whole_variance.sqrt()).square().mean().sqrt(),
                    (variance / whole_variance - 1).square().mean().sqrt(),
                )
            )
        low_mid_high = np.percentile(seen, (5, 50, 95), axis=0).T
        np.testing.assert_allclose(found.mean_error[row], low_mid_high[0], rtol=1e-6)
        np.testing.assert_allclose(found.variance_error[row], low_mid_high[1], rtol=1e-6)


def test_layer_norm_does_not_notice_its_company(errors):
    assert (errors.layer_change == 0.0).all()


def test_all_the_data_are_no_error(digits):
    found = batch_error(digits[:32], sizes=(32, 8), repeats=5)
    np.testing.assert_allclose(found.mean_error[0], 0, atol=1e-12)
    assert np.isfinite(found.slope)


def test_a_single_example(errors):
    refused, silent = errors.alone
    assert refused.shape == (1, 8, 1, 1)
    with pytest.raises(ValueError, match="more than 1 value") as raised:
        torch.nn.BatchNorm2d(8)(torch.zeros(1, 8, 1, 1))
    assert refused.refusal == str(raised.value)
    assert refused.instance_difference is None
    assert silent.refusal == ""
    assert silent.instance_difference < 1e-6


def test_a_single_example_equals_instance_norm_in_torch():
    x = torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(7))
    difference = (torch.nn.BatchNorm2d(3)(x) - torch.nn.InstanceNorm2d(3)(x)).abs().max()
    assert alone((1, 3, 4, 5), seed=7).instance_difference == pytest.approx(difference.item())


@pytest.mark.parametrize(
    ("options", "hint"),
    [({"sizes": (2000,)}, "between 1 and"), ({"sizes": (0,)}, "between"), ({"repeats": 0}, "1 or")],
)
def test_sizes_that_cannot_be_had(digits, options, hint):
    with pytest.raises(ValueError, match=hint):
        batch_error(digits, **options)


def test_constant_channels_have_no_scale():
    with pytest.raises(ValueError, match="constant"):
        batch_error(np.ones((8, 2, 3, 3), np.float32), sizes=(4,))
    with pytest.raises(ValueError, match="one example"):
        alone((2, 3, 4, 4))
