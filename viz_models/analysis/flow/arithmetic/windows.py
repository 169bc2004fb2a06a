"""Which input values a sliding window covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz_models.analysis.flow.arithmetic.question import Question
from viz_models.records import Pair, Window


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a window slides; each pair is (vertical, horizontal)."""

    kernel_size: Pair
    stride: Pair
    padding: Pair  # above and left
    dilation: Pair


def geometry(question: Question) -> Geometry:
    """From the module, or from the step where torch was called without one."""
    source: Any = question.module if question.module is not None else question.step
    kernel = _pair(source.kernel_size, default=1)
    dilation = _pair(getattr(source, "dilation", None), default=1)
    padding = source.padding
    if padding == "same":  # torch puts the odd one below and right
        padding = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    elif padding == "valid":
        padding = 0
    return Geometry(kernel, _pair(source.stride, default=1), _pair(padding, default=0), dilation)


def _pair(value: Any, default: int) -> Pair:  # noqa: ANN401 - torch stores int, tuple or None
    if value is None:
        return (default, default)
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def first_cell(shape: Geometry, y: int, x: int) -> Pair:
    """Input row and column of the window's corner; negative in the padding."""
    return y * shape.stride[0] - shape.padding[0], x * shape.stride[1] - shape.padding[1]


def covered(maps: np.ndarray, shape: Geometry, y: int, x: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the input values under the window that makes the output at (y, x).

    Args:
        maps: (C, H, W).
        shape: How the window slides.
        y: Output row.
        x: Output column.

    Returns:
        Patches (C, kh, kw), 0 in the padding, and a mask (kh, kw): True inside the map.
    """
    top, left = first_cell(shape, y, x)
    rows = top + np.arange(shape.kernel_size[0]) * shape.dilation[0]
    columns = left + np.arange(shape.kernel_size[1]) * shape.dilation[1]
    height, width = maps.shape[1:]
    inside = np.logical_and.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    grid = np.ix_(np.arange(len(maps)), rows.clip(0, height - 1), columns.clip(0, width - 1))
    return np.where(inside, maps[grid], maps.dtype.type(0)), inside


def largest_windows(
    channels: Sequence[int],
    patches: np.ndarray,
    inside: np.ndarray,
    kernels: np.ndarray,
    totals: np.ndarray,
    count: int,
) -> tuple[Window, ...]:
    """Return the `count` windows that add most, by magnitude.

    Args:
        channels: True input channel of each patch.
        patches: (C, kh, kw).
        inside: (kh, kw) bool.
        kernels: (C, kh, kw).
        totals: (C,) float64, what each adds.
        count: How many to keep.
    """
    order = np.argsort(-np.abs(totals), kind="stable")[:count]
    return tuple(
        Window(channels[i], patches[i], inside, kernels[i], float(totals[i])) for i in order
    )
