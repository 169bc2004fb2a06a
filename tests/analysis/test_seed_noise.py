"""The interval of paired differences against scipy's own t-test."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from viz_models.analysis.seed_noise import MIN_PAIRS, interval, verdict

NUMBERS = st.floats(-1e3, 1e3, allow_nan=False).map(lambda v: round(v, 6))


@settings(deadline=None)  # scipy is imported in the first one
@given(st.lists(NUMBERS, min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1))
def test_interval_is_that_of_the_one_sample_t_test(values: list[float]) -> None:
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    mean, low, high = interval(values)
    assert mean == pytest.approx(math.fsum(values) / len(values), abs=1e-9)
    assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=MIN_PAIRS, max_size=12).filter(lambda v: len(set(v)) > 1))
def test_verdict_agrees_with_the_p_value(values: list[float]) -> None:
    found = stats.ttest_1samp(values, 0.0)
    _, low, high = interval(values)
    if abs(found.pvalue - 0.05) > 1e-6:
        decided = verdict(len(values), low, high) in ("higher", "lower")
        assert decided == (found.pvalue < 0.05)


def test_too_few_values_give_no_interval_and_no_verdict() -> None:
    assert interval([]) == (None, None, None)
    assert interval([2.5]) == (2.5, None, None)
    assert verdict(4, 0.1, 0.2) == "too few pairs"
    assert verdict(1, None, None) == "too few pairs"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 0.2, "higher"),
        (-0.2, -0.1, "lower"),
        (-0.1, 0.1, "not larger than the seed noise"),
        (0.0, 0.1, "not larger than the seed noise"),
    ],
)
def test_verdict_by_where_zero_lies(low: float, high: float, expected: str) -> None:
    assert verdict(5, low, high) == expected
