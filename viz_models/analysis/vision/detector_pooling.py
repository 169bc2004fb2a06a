"""RoIPool and RoIAlign, written out: which values of the feature map make a pooled number.

References:
    Girshick 2015, Fast R-CNN, section 2.1, arXiv:1504.08083 (RoIPool). He et al. 2017,
    Mask R-CNN, section 3, arXiv:1703.06870 (RoIAlign).
"""

import math

import numpy as np
import torch
from torch import Tensor
from torchvision import ops

from viz_models.models.detectors import POOLED, SAMPLES, STRIDE
from viz_models.records.vision.detector import Box, Neighbor, Pool, SamplePoint

SCALE = 1 / STRIDE


def pooled(features: Tensor, boxes: Tensor, pool: Pool, cells: int = POOLED) -> Tensor:
    """Pool with torchvision: (N, C, H, W) and boxes (K, 4) of the first image to (K, C, n, n)."""
    if pool == "roi_pool":
        return ops.roi_pool(features, [boxes], cells, SCALE)
    return ops.roi_align(features, [boxes], cells, SCALE, SAMPLES, aligned=pool == "aligned")


def points(
    box: Box, row: int, column: int, *, aligned: bool, cells: int = POOLED
) -> list[tuple[float, float]]:
    """Return the (y, x) of the sample points of one pooled cell, in cells of the feature map.

    With aligned=True everything is moved by half a cell, because the middle of the first cell is
    half a cell from the edge of the image. Without it, a box is at least one cell wide and tall.
    """
    shift = 0.5 if aligned else 0.0
    left, top, right, bottom = (edge * SCALE - shift for edge in box)
    width, height = right - left, bottom - top
    if not aligned:
        width, height = max(width, 1.0), max(height, 1.0)
    tall, wide = height / cells, width / cells
    steps = [(i + 0.5) / SAMPLES for i in range(SAMPLES)]
    return [(top + (row + dy) * tall, left + (column + dx) * wide) for dy in steps for dx in steps]


def sample(plane: np.ndarray, y: float, x: float) -> SamplePoint:
    """Interpolate one plane (H, W) at a point; one that is more than a cell outside counts 0."""
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return SamplePoint(y=y, x=x, neighbors=())
    rows, columns = _corners(y, height), _corners(x, width)
    neighbors = tuple(
        Neighbor(y=r, x=c, value=float(plane[r, c]), weight=wy * wx)
        for r, wy in rows
        for c, wx in columns
    )
    return SamplePoint(y=y, x=x, neighbors=neighbors)


def _corners(at: float, size: int) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return the two cells beside a coordinate, and how much each counts."""
    at = max(at, 0.0)
    low = math.floor(at)
    if low >= size - 1:  # beyond the middle of the last cell
        return (size - 1, 1.0), (size - 1, 0.0)
    return (low, 1 - (at - low)), (low + 1, at - low)


def window(
    box: Box, row: int, column: int, size: tuple[int, int], cells: int = POOLED
) -> tuple[int, int, int, int]:
    """Return top, left, bottom, right of the cells that RoIPool takes the maximum of.

    Both the box and the parts of it are rounded to whole cells of the feature map.
    """
    left, top, right, bottom = (_rounded(edge * SCALE) for edge in box)
    sides = (max(bottom - top + 1, 1), max(right - left + 1, 1))
    tall, wide = (np.float32(side) / np.float32(cells) for side in sides)  # floor needs its bits
    edges = (
        math.floor(row * tall) + top,
        math.floor(column * wide) + left,
        math.ceil((row + 1) * tall) + top,
        math.ceil((column + 1) * wide) + left,
    )
    return (
        min(max(edges[0], 0), size[0]),
        min(max(edges[1], 0), size[1]),
        min(max(edges[2], 0), size[0]),
        min(max(edges[3], 0), size[1]),
    )


def _rounded(value: float) -> int:
    """Round as C does: halves away from zero."""
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def own(features: np.ndarray, box: Box, pool: Pool, cells: int = POOLED) -> np.ndarray:
    """Pool by the definitions above, in float64: (C, H, W) to (C, n, n)."""
    out = np.zeros((len(features), cells, cells))
    for row in range(cells):
        for column in range(cells):
            if pool == "roi_pool":
                top, left, bottom, right = window(box, row, column, features.shape[1:], cells)
                area = features[:, top:bottom, left:right]
                out[:, row, column] = area.max((1, 2)) if area.size else 0.0
            else:
                aligned = pool == "aligned"
                for y, x in points(box, row, column, aligned=aligned, cells=cells):
                    out[:, row, column] += _at(features, y, x) / SAMPLES**2
    return out


def _at(features: np.ndarray, y: float, x: float) -> np.ndarray:
    """(C,): all channels at one point."""
    at = sample(features[0], y, x)
    total = np.zeros(len(features))
    for n in at.neighbors:
        total += features[:, n.y, n.x].astype(np.float64) * n.weight
    return total


def as_tensor(box: Box) -> Tensor:
    """(1, 4) float32."""
    return torch.tensor([box], dtype=torch.float32)
