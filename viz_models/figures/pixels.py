"""Which pixels stand for a tensor: schemes, strongest maps, small faces. numpy only."""

from typing import Literal

import numpy as np

Scheme = Literal["sequential", "diverging"]


def as_maps(value: np.ndarray) -> np.ndarray:
    """Return a step's output as (C, H, W).

    A vector of C values becomes one map of 1xC, tokens one map.
    """
    if value.ndim == 3:
        return value
    return value.reshape(1, 1, -1) if value.ndim < 2 else value.reshape(-1, *value.shape[-2:])


def scheme(value: np.ndarray) -> Scheme:
    """Magnitudes (nothing below 0) are sequential; signed values diverge from 0."""
    return "sequential" if value.size and value.min() >= 0 else "diverging"


def limits(value: np.ndarray, kind: Scheme | None = None) -> tuple[float, float]:
    """Return the ends of the color scale; signed values get one that is symmetric about 0.

    `kind` says which of the two, where these values are only a part of a tensor.
    """
    most = float(np.abs(value).max()) if value.size else 0.0
    most = most or 1.0  # an all-zero map still needs a scale
    return (0.0, most) if (kind or scheme(value)) == "sequential" else (-most, most)


def robust_limits(value: np.ndarray, share: float = 0.99) -> tuple[float, float]:
    """Return the ends of the color scale such that this share of the values lies within them.

    One outlier must not make everything else pale; what lies beyond has the end's color.
    """
    most = float(np.quantile(np.abs(value), share)) if value.size else 0.0
    return (0.0, most or 1.0) if scheme(value) == "sequential" else (-(most or 1.0), most or 1.0)


def most_varied(value: np.ndarray) -> int:
    """Return the channel whose map has the largest standard deviation: the one with most to see."""
    maps = as_maps(value)
    return int(maps.reshape(maps.shape[0], -1).std(axis=1).argmax())


def by_mean(value: np.ndarray) -> np.ndarray:
    """Channel numbers, the largest mean activation first; ties keep their order."""
    maps = as_maps(value)
    return np.argsort(-maps.reshape(maps.shape[0], -1).mean(axis=1), kind="stable")


def halved(heat: np.ndarray) -> np.ndarray:
    """Return a (2h, 2w) heat map at half the size, each 2x2 square by its largest value."""
    h, w = heat.shape
    return heat.reshape(h // 2, 2, w // 2, 2).max(axis=(1, 3))


def face(value: np.ndarray, side: int = 56) -> np.ndarray:
    """Return the most varied map as indices into a lookup table, at most `side` pixels wide.

    Args:
        value: (C, H, W) or (C,) float32.
        side: Largest height and width; larger maps are sampled every n-th row and column.

    Returns:
        (h, w) uint8, scaled over this map alone so that its pattern is seen.
    """
    picked = as_maps(value)[most_varied(value)]
    step = -(-max(picked.shape) // side) if min(picked.shape) > 1 else 1
    picked = picked[::step, ::step]
    low, high = limits(picked)
    return np.round((picked - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
