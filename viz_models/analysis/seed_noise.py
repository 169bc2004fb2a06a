"""Is a difference larger than the seed noise? Paired runs, and the interval of their mean."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]

from viz_models.records import Verdict
from viz_models.records.train.paired import Paired

CONFIDENCE = 0.95
MIN_PAIRS = 5  # no verdict below


def interval(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Mean and the ends of its 95 % t-interval, mean ± t(n - 1) * s / sqrt(n).

    Returns:
        (mean, low, high); the ends are None below two values, the mean is None without any.

    References:
        Student 1908, The probable error of a mean, doi:10.2307/2331554.
    """
    n = len(values)
    if n == 0:
        return None, None, None
    mean = float(np.mean(values))
    if n == 1:
        return mean, None, None
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2) * np.std(values, ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half


def verdict(n: int, low: float | None, high: float | None) -> Verdict:
    """Return what an interval of paired differences says; nothing below five pairs.

    Args:
        n: Pairs.
        low: Lower end of the interval.
        high: Its upper end.
    """
    if n < MIN_PAIRS or low is None or high is None:
        return "too few pairs"
    if low > 0:
        return "higher"
    return "lower" if high < 0 else "not larger than the seed noise"


def paired(values: Sequence[float]) -> Paired:
    """Return the mean of paired differences with its interval and what it says.

    Raises:
        ValueError: If there are fewer than two pairs.
    """
    if len(values) < 2:
        raise ValueError(f"an interval needs two pairs or more, not {len(values)}")
    mean, low, high = interval(values)
    assert mean is not None
    assert low is not None
    assert high is not None
    return Paired(
        n=len(values), mean=mean, low=low, high=high, verdict=verdict(len(values), low, high)
    )
