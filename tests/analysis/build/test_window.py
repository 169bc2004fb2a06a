"""What windows see and cost, beside formulas and plain torch."""

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.analysis.build.window import MAX_FIELD, SIDE, paths, windows
from viz_models.records import WindowSpec


@pytest.fixture(scope="module")
def classic():
    return windows(WindowSpec())


def test_three_small_windows_reach_as_far_as_the_large_one(classic):
    assert (classic.stack.reach, classic.single.reach) == (7, 7)
    assert (classic.stack.seen, classic.single.seen) == (49, 49)
    assert classic.single.kernel_size == 7


def test_weights_are_27_and_49_times_c_squared(classic):
    assert classic.stack.parameters == 27 * 64**2
    assert classic.single.parameters == 49 * 64**2


def test_costs_of_one_forward(classic):
    assert classic.stack.macs == 27 * 64**2 * SIDE**2
    assert classic.single.macs == 49 * 64**2 * SIDE**2
    maps = 64 * SIDE**2 * 4  # bytes
    assert classic.stack.kept_bytes == 3 * maps
    assert classic.single.kept_bytes == maps
    assert 0 < classic.stack.milliseconds < 1e4


def test_the_stack_leans_on_the_middle_as_its_paths_do(classic):
    expected = np.array([1, 3, 6, 7, 6, 3, 1]) / 27
    assert np.allclose(classic.paths, expected)
    assert np.allclose(classic.stack.share.sum(0), expected, atol=0.01)
    assert np.allclose(classic.single.share, 1 / 49, atol=0.003)
    assert classic.stack.middle == pytest.approx((19 / 27) ** 2, abs=0.02)
    assert classic.single.middle == pytest.approx(9 / 49, abs=0.01)
    for sight in (classic.stack, classic.single):
        assert sight.share.sum() == pytest.approx(1)


def test_spread_windows_leave_holes():
    found = windows(WindowSpec(dilation=2, channels=8))
    assert (found.stack.reach, found.stack.seen) == (13, 49)
    assert found.single.seen == 13**2
    assert (found.stack.share[1::2] == 0).all()


def test_one_window_is_itself():
    found = windows(WindowSpec(layers=1, kernel_size=5, channels=4))
    assert found.stack.parameters == found.single.parameters == 25 * 16
    assert np.allclose(found.paths, 0.2)


@pytest.mark.parametrize("spec", [WindowSpec(layers=2, kernel_size=5), WindowSpec(dilation=3)])
def test_paths_are_gradients_of_windows_of_ones(spec):
    side = spec.field
    x = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(spec.layers):
        ones = torch.ones(1, 1, spec.kernel_size, spec.kernel_size, dtype=torch.float64)
        y = nn.functional.conv2d(y, ones, dilation=spec.dilation)
    y.sum().backward()
    columns = x.grad[0, 0].sum(0)
    assert np.allclose(paths(spec), (columns / columns.sum()).numpy())


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (WindowSpec(kernel_size=4), "has no center"),
        (WindowSpec(layers=0), "at least 1"),
        (WindowSpec(layers=16), f"choose at most {MAX_FIELD}"),
    ],
)
def test_what_cannot_be_measured_is_told(spec, message):
    with pytest.raises(ValueError, match=message):
        windows(spec)
