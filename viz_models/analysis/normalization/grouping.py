"""Which values of a (N, C, H, W) tensor share one mean, and how many means there are."""

from typing import get_args

import numpy as np

from viz_models.records import Grouping, Mode, Norm, NormSpec, Over, Place

MAX_VALUES = 2**24
EPS_RANGE = (1e-12, 1.0)  # below, float32 would divide by 0 in a constant group


def groups(shape: Place, spec: NormSpec) -> Grouping:
    """Who shares a mean with whom.

    Args:
        shape: (N, C, H, W).
        spec: Which norm.

    Raises:
        ValueError: If the shape is no such shape, too large, or does not fit the norm.

    References:
        Group Normalization, figure 2 and eq. 2-7 (all but RMS): arXiv:1803.08494.
        RMSNorm, eq. 4: arXiv:1910.07467.
    """
    check(shape, spec)
    n, c, h, w = shape
    example, channel = np.arange(n)[:, None, None, None], np.arange(c)[None, :, None, None]
    if spec.norm == "batch":
        return _grouping(shape, channel, c, "N, H, W", "C")
    if spec.norm == "instance":
        return _grouping(shape, example * c + channel, n * c, "H, W", "N · C")
    if spec.norm == "group":
        ids = example * spec.groups + channel // (c // spec.groups)
        return _grouping(shape, ids, n * spec.groups, "C ÷ G, H, W", "N · G")
    if spec.over == "c":
        ids = np.arange(n * h * w).reshape(n, 1, h, w)
        return _grouping(shape, ids, n * h * w, "C", "N · H · W")
    return _grouping(shape, example, n, "C, H, W", "N")


def _grouping(shape: Place, ids: np.ndarray, count: int, axes: str, formula: str) -> Grouping:
    ids.flags.writeable = False
    size = int(np.prod(shape)) // count
    return Grouping(shape=shape, ids=ids, count=count, size=size, axes=axes, formula=formula)


def check(shape: Place, spec: NormSpec) -> None:
    """Raise a ValueError with one clear line unless the norm can be asked of this shape."""
    check_shape(shape)
    for value, known in ((spec.norm, Norm), (spec.over, Over), (spec.mode, Mode)):
        if value not in get_args(known):
            raise ValueError(f"unknown {value!r}; choose from {', '.join(get_args(known))}")
    if spec.norm == "group" and (spec.groups < 1 or shape[1] % spec.groups):
        raise ValueError(
            f"{spec.groups} groups do not divide {shape[1]} channels;"
            f" choose one of {', '.join(map(str, divisors(shape[1])))}"
        )
    check_eps(spec.eps)
    if not (abs(spec.gamma) <= 1e3 and abs(spec.beta) <= 1e3):
        raise ValueError("gamma and beta must lie between -1000 and 1000")


def check_eps(eps: float) -> None:
    """Raise a ValueError unless eps is large enough to count and small enough to be one."""
    low, high = EPS_RANGE
    if not low <= eps <= high:
        raise ValueError(f"eps {eps:g} is out of range; choose {low:g} to {high:g}")


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless this is (N, C, H, W) within the budget."""
    if len(shape) != 4 or min(shape) < 1:
        raise ValueError(f"expected four sizes from 1, N,C,H,W; got {','.join(map(str, shape))}")
    values = 1
    for size in shape:
        values *= size
    if values > MAX_VALUES:
        raise ValueError(f"{values:,} values are too many; the limit is {MAX_VALUES:,}")


def divisors(channels: int) -> tuple[int, ...]:
    """Return the numbers of groups that GroupNorm can have."""
    return tuple(g for g in range(1, channels + 1) if channels % g == 0)
