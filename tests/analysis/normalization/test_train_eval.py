import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.normalization import activation, running
from viz_models.records import RunningSpec, SourceSpec


@pytest.fixture(scope="module")
def digits():
    return activation(SourceSpec(kind="digits", shape=(64, 1, 1, 1)))


def replayed(digits, spec):
    """The same order through a BatchNorm2d of our own: kept statistics and both outputs."""
    rng, module = np.random.default_rng(spec.seed), nn.BatchNorm2d(8, momentum=spec.momentum)
    order = np.concatenate([rng.permutation(64) for _ in range(10)])
    higher = spec.shift * digits.astype(np.float64).std((0, 2, 3))
    for step in range(spec.steps):
        batch = torch.from_numpy(digits[order[step * spec.batch_size :][: spec.batch_size]])
        if spec.shift_at is not None and step >= spec.shift_at:
            batch = batch + torch.from_numpy(higher).float()[:, None, None]
        frozen = spec.freeze_at is not None and step >= spec.freeze_at
        module.train(not frozen)
        with torch.no_grad():
            module(batch)
            mean, variance = module.running_mean.numpy().copy(), module.running_var.numpy().copy()
            evaluated = module.eval()(batch)
            trained = nn.functional.batch_norm(batch, None, None, training=True)
        yield batch, mean, variance, (evaluated - trained).square().mean().sqrt().item()


@pytest.mark.parametrize(
    "spec",
    [
        RunningSpec(steps=25),
        RunningSpec(steps=25, momentum=None, shift_at=10),
        RunningSpec(steps=25, momentum=0.5, shift_at=5, freeze_at=12, shift=-3.0, seed=3),
        RunningSpec(steps=5, momentum=0.0),
        RunningSpec(steps=5, momentum=1.0, batch_size=64),
    ],
    ids=["plain", "average", "frozen", "never", "at once"],
)
def test_step_by_step_as_torch(digits, spec):
    found = running(digits, spec)
    np.testing.assert_array_equal(found.running_mean[0], 0)
    np.testing.assert_array_equal(found.running_variance[0], 1)
    for step, (batch, mean, variance, difference) in enumerate(replayed(digits, spec)):
        np.testing.assert_allclose(found.running_mean[step + 1], mean, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(found.running_variance[step + 1], variance, rtol=1e-6, atol=1e-7)
        biased, seen = torch.var_mean(batch.double(), (0, 2, 3), correction=0)
        unbiased = torch.var(batch.double(), (0, 2, 3), correction=1)
        np.testing.assert_allclose(found.batch_mean[step], seen, rtol=1e-9)
        np.testing.assert_allclose(found.biased_variance[step], biased, rtol=1e-9)
        np.testing.assert_allclose(found.unbiased_variance[step], unbiased, rtol=1e-9)
        assert found.difference[step] == pytest.approx(difference, rel=1e-4, abs=1e-7)
    assert found.max_difference < 1e-5
    assert found.factor == pytest.approx((unbiased / biased)[0].item())


def test_the_two_modes_come_together(digits):
    found = running(digits, RunningSpec(steps=80))
    assert found.difference[-10:].mean() < 0.3 * found.difference[0]


def test_after_a_shift_what_was_kept_is_stale(digits):
    found = running(digits, RunningSpec(steps=100, shift_at=60))
    assert found.difference[60] > 5 * found.difference[59]
    assert found.difference[99] < found.difference[60] / 5, "and it recovers"
    average = running(digits, RunningSpec(steps=100, shift_at=60, momentum=None))
    assert average.difference[99] > found.difference[99], "a plain average forgets nothing"


def test_frozen_statistics_stay(digits):
    found = running(digits, RunningSpec(steps=30, momentum=0.5, freeze_at=10, shift_at=20))
    assert found.frozen.tolist() == [False] * 10 + [True] * 20
    np.testing.assert_array_equal(found.running_mean[10:], found.running_mean[[10] * 21])
    assert (found.running_mean[9] != found.running_mean[10]).any()
    assert found.difference[20:].min() > 3 * found.difference[19]


def test_a_batch_of_two_values():
    x = activation(SourceSpec(kind="normal", shape=(8, 3, 1, 1)))
    found = running(x, RunningSpec(steps=4, batch_size=2))
    assert found.factor == 2.0
    np.testing.assert_allclose(found.unbiased_variance, 2 * found.biased_variance)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"steps": 0}, "choose 1 to 1000"),
        ({"steps": 1001}, "choose 1 to 1000"),
        ({"batch_size": 65}, "choose fewer"),
        ({"batch_size": 0}, "choose fewer"),
        ({"momentum": 1.5}, "choose 0 to 1"),
        ({"momentum": float("nan")}, "choose 0 to 1"),
        ({"shift": float("inf")}, "out of range"),
    ],
)
def test_what_cannot_be_run(digits, options, hint):
    with pytest.raises(ValueError, match=hint):
        running(digits, RunningSpec(**options))


def test_one_value_has_no_variance():
    with pytest.raises(ValueError, match="larger batch"):
        running(np.ones((4, 2, 1, 1), np.float32), RunningSpec(batch_size=1))
