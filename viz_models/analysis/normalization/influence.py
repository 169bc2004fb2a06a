"""Nudge one example: which others move? Measured by autograd, not by formula."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import torch
from torch import Tensor
from torch.autograd.functional import jvp

from viz_models.analysis.normalization.grouping import check
from viz_models.analysis.normalization.layers import layer, through
from viz_models.records import Influence, NormSpec, Nudge, Running

MAX_EXACT = 4096  # values: "any" goes through all of them one by one
_PIECE = 256  # rows of the Jacobian at once


def influence(
    x: np.ndarray,
    spec: NormSpec,
    nudge: Nudge = "any",
    channel: int = 0,
    running: Running | None = None,
) -> Influence:
    """How far the values of example j move when example i is nudged.

    "shift" adds t to every value of example i, "channel" adds t to one channel of it, "scale"
    multiplies all by 1 + t: dy_j/dt at t = 0, a Jacobian-vector product, root mean square over the
    values of j. "any" is the whole Jacobian block: Frobenius norm of dy_j/dx_i over sqrt(C H W),
    which is the rms move under white noise of std 1; every row by autograd, none estimated.

    Args:
        x: (N, C, H, W) float32; at most MAX_EXACT values for "any".
        spec: Which norm.
        nudge: In which direction.
        channel: For "channel".
        running: What "batch" uses in eval mode.

    Raises:
        ValueError: If the shape, the nudge or the channel does not fit.
    """
    check(x.shape, spec)
    _check_nudge(x, nudge, channel)
    tensor = torch.from_numpy(x.copy())
    module = layer(x.shape, spec, running)

    def forward(values: Tensor) -> Tensor:
        return through(module, values, spec)

    try:
        if nudge == "any":
            effect = _exact(forward, tensor)
        else:
            effect = _along(forward, tensor, _direction(tensor, nudge, channel))
    except ValueError as error:
        return Influence(spec=spec, nudge=nudge, effect=np.zeros((len(x),) * 2), refusal=str(error))
    return Influence(spec=spec, nudge=nudge, effect=effect.numpy())


def _check_nudge(x: np.ndarray, nudge: Nudge, channel: int) -> None:
    if nudge not in get_args(Nudge):
        raise ValueError(f"unknown nudge {nudge!r}; choose from {', '.join(get_args(Nudge))}")
    if nudge == "any" and x.size > MAX_EXACT:
        raise ValueError(f"{x.size:,} values are too many for 'any'; the limit is {MAX_EXACT:,}")
    if not 0 <= channel < x.shape[1]:
        raise ValueError(f"no channel {channel}; choose 0 to {x.shape[1] - 1}")


def _direction(x: Tensor, nudge: Nudge, channel: int) -> Tensor:
    if nudge == "scale":
        return x.clone()
    direction = torch.zeros_like(x)
    direction[:, channel if nudge == "channel" else slice(None)] = 1
    return direction


def _along(forward: Callable[[Tensor], Tensor], x: Tensor, direction: Tensor) -> Tensor:
    rows = []
    for i in range(x.shape[0]):
        tangent = torch.zeros_like(x)
        tangent[i] = direction[i]
        moved = jvp(forward, x, tangent)[1]
        rows.append(moved.flatten(1).double().square().mean(1).sqrt())
    return torch.stack(rows)


def _exact(forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Frobenius norm of every block of the Jacobian, a few rows at a time."""
    x.requires_grad_()
    y = forward(x)
    n, values = x.shape[0], x[0].numel()
    squares = torch.zeros(n, n, dtype=torch.float64)
    for rows in torch.arange(x.numel()).split(_PIECE):
        picks = torch.zeros(len(rows), x.numel()).scatter_(1, rows[:, None], 1.0)
        (gradient,) = torch.autograd.grad(
            y, x, picks.reshape(-1, *x.shape), retain_graph=True, is_grads_batched=True
        )
        per_input = gradient.flatten(2).double().square().sum(2)  # (rows, N): by example nudged
        squares.index_add_(1, rows // values, per_input.T)
    return (squares / values).sqrt()
