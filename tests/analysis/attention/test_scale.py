import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from viz_models.analysis.attention import scale
from viz_models.records import ScaleSpec

SPEC = ScaleSpec(widths=(1, 4, 64, 1024), keys=16, seeds=40)


@pytest.fixture(scope="module")
def swept():
    return scale.sweep(SPEC)


def test_weights_are_those_of_torch(swept):
    assert swept.max_difference < 2e-6


def test_variance_of_a_dot_product_is_d_k_and_divided_it_is_one(swept):
    widths = np.array(SPEC.widths)
    for variance, expected in (
        (swept.raw.variance, widths),
        (swept.scaled.variance, 1 + 0 * widths),
    ):
        low, middle, high = variance.T
        assert ((low < expected) & (expected < high)).all()
        np.testing.assert_allclose(middle[-2:], expected[-2:], rtol=0.05)


def test_the_spread_of_the_numbers_enters_with_its_fourth_power(swept):
    wide = scale.sweep(replace(SPEC, spread=2.0))
    np.testing.assert_allclose(wide.raw.variance, 16 * swept.raw.variance, rtol=1e-5)
    np.testing.assert_allclose(wide.scaled.variance, 16 * swept.scaled.variance, rtol=1e-5)


def test_at_d_k_one_the_factor_does_nothing(swept):
    for what in ("variance", "entropy", "largest", "gradient", "gradient_mean", "gradient_query"):
        one, other = getattr(swept.raw, what)[0], getattr(swept.scaled, what)[0]
        np.testing.assert_array_equal(one, other)


def test_only_without_the_factor_a_wide_softmax_saturates(swept):
    assert swept.raw.largest[-1, 1] > 0.9
    assert swept.raw.entropy[-1, 1] < 0.1
    assert np.ptp(swept.scaled.entropy[:, 1]) < 0.05
    assert swept.raw.gradient[-1, 1] < 0.01 * swept.scaled.gradient[-1, 1]
    # a few queries with two keys that nearly tie keep the mean up
    assert swept.raw.gradient_mean[-1, 1] > 10 * swept.raw.gradient[-1, 1]


@pytest.mark.parametrize("factor", ["raw", "scaled"])
def test_measures_of_one_seed_by_the_softmaxs_own_jacobian(factor):
    spec = replace(SPEC, widths=(64,), seeds=1)
    found = getattr(scale.sweep(spec), factor)
    q, k, upstream = (t[0].double() for t in scale.draw(spec, 64))
    times = 1.0 if factor == "raw" else 1 / 8
    given = q @ k.T * times
    w = torch.exp(given - torch.logsumexp(given, -1, keepdim=True))
    jacobian = torch.diag_embed(w) - w[:, :, None] * w[:, None, :]
    gradient = (jacobian @ upstream[..., None])[..., 0]
    at_query = gradient @ k * times
    entropy = -(w * torch.log(w)).sum(-1).mean() / math.log(spec.keys)
    for measured, expected in (
        (found.variance, np.var(given.numpy(), ddof=1)),
        (found.entropy, entropy),
        (found.largest, w.amax(-1).mean()),
        (found.gradient, np.median(gradient.norm(dim=-1))),
        (found.gradient_mean, gradient.norm(dim=-1).mean()),
        (found.gradient_query, np.median(at_query.norm(dim=-1))),
    ):
        np.testing.assert_allclose(measured, np.full((1, 3), float(expected)), rtol=1e-4)


def test_bands_are_in_order_and_finite(swept):
    for bands in (swept.raw, swept.scaled):
        for what in ("variance", "entropy", "largest", "gradient", "gradient_mean"):
            low, middle, high = getattr(bands, what).T
            assert np.isfinite(high).all()
            assert ((low <= middle) & (middle <= high)).all()


def test_a_shown_row_is_torchs_softmax_of_the_same_keys():
    found = scale.rows(SPEC, 64)
    assert found.scores.shape == (SPEC.seeds * SPEC.queries * SPEC.keys,)
    q, k, _ = scale.draw(SPEC, 64)
    ours = {"raw": 1.0, "scaled": 1 / 8}
    matches = []
    for query in q[0]:
        kept = {
            name: functional.scaled_dot_product_attention(
                query[None], k[0], torch.eye(SPEC.keys), scale=times
            )[0]
            for name, times in ours.items()
        }
        order = kept["raw"].argsort(descending=True)
        matches.append(
            all(np.allclose(kept[name][order], getattr(found, name), atol=1e-6) for name in ours)
        )
    assert sum(matches) == 1
    assert found.raw.sum() == pytest.approx(1, abs=1e-6)
    assert (np.diff(found.raw) <= 0).all()


def test_a_seed_draws_the_same_whatever_else_is_asked():
    few, many = replace(SPEC, seeds=2), replace(SPEC, seeds=5)
    for one, other in zip(scale.draw(few, 64), scale.draw(many, 64), strict=True):
        torch.testing.assert_close(one, other[:2], rtol=0, atol=0)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"widths": ()}, "at least one width"),
    ({"widths": (0, 4)}, "1 or more"),
    ({"keys": 1}, "at least 2 keys"),
    ({"seeds": 0}, "1 seed"),
    ({"spread": 0.0}, "above 0"),
    ({"spread": math.inf}, "above 0"),
    ({"widths": (1 << 22,)}, "too many"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        scale.sweep(replace(SPEC, **wrong))


def test_a_width_that_was_not_drawn_is_refused():
    with pytest.raises(ValueError, match="d_k = 3 was not drawn"):
        scale.rows(SPEC, 3)
