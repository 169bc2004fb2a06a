"""Mean and variance of every group: float64, two passes, in pieces that fit the cache."""

import torch
from torch import Tensor

from viz_models.records import NormSpec

PIECE = 2**17  # values: 1 MiB in float64


def group_moments(x: Tensor, spec: NormSpec) -> tuple[Tensor, Tensor]:
    """Mean and population variance of each group.

    A constant group has variance 0 exactly, whatever its value.

    Args:
        x: (N, C, H, W) of any float type.
        spec: Which values share a mean.

    Returns:
        (G,) float64 each, in the order of the ids of `groups`.
    """
    n, c, h, w = x.shape
    if spec.norm in ("layer", "rms") and spec.over == "c":
        return _per_position(x.reshape(n, c, h * w))
    means, variances = (m.reshape(n, c) for m in _per_row(x.reshape(n * c, h * w)))
    if spec.norm == "batch":
        means, variances = means.T, variances.T
    else:
        per_example = {"instance": c, "group": spec.groups}.get(spec.norm, 1)
        means, variances = (m.reshape(n * per_example, -1) for m in (means, variances))
    mean, spread = _moments(means, 1)
    return mean, spread + variances.mean(1)  # between the maps of a group, and within them


def _moments(block: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    wide = block.to(torch.float64, copy=True)
    n = block.shape[dim]
    first = wide.narrow(dim, 0, 1).clone()
    wide -= first  # keeps a constant group exact, where its sum would round
    mean = wide.sum(dim, keepdim=True) / n
    wide -= mean
    wide *= wide
    return (mean + first).squeeze(dim), wide.sum(dim) / n


def _per_row(rows: Tensor) -> tuple[Tensor, Tensor]:
    step = max(1, PIECE // rows.shape[1])
    pieces = [_moments(piece, 1) for piece in rows.split(step)]
    return torch.cat([m for m, _ in pieces]), torch.cat([v for _, v in pieces])


def _per_position(x: Tensor) -> tuple[Tensor, Tensor]:
    channels, positions = x.shape[1:]
    examples, columns = max(1, PIECE // (channels * positions)), max(1, PIECE // channels)
    pieces = [
        _moments(piece, 1)
        for block in x.split(examples)
        for piece in block.split(columns, dim=2)  # several pieces only where a block is one example
    ]
    return torch.cat([m.flatten() for m, _ in pieces]), torch.cat([v.flatten() for _, v in pieces])
