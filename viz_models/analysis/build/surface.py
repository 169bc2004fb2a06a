"""The loss along two random directions around the weights of a network."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

Directions = Sequence[Tensor]  # one tensor a parameter, shaped like it


def directions(net: nn.Module, seed: int) -> tuple[list[Tensor], list[Tensor]]:
    """Two random directions in which every filter is as long as the network's own.

    d_ij <- d_ij / ||d_ij|| * ||w_ij||, filter by filter: rows of linear layers count as filters.
    Biases and the norms' gammas and betas stay where they are. Without this, a network with
    large weights would look flat only because a step of the same length is small for it.

    Args:
        net: Its parameters are read, not changed.
        seed: Of the two directions; the same for networks of equal shapes.

    Returns:
        Two lists of tensors, one for each parameter.

    References:
        Li et al. 2018, section 4: arXiv:1712.09913.
    """
    generator = torch.Generator().manual_seed(seed)
    first, second = ([_filtered(p, generator) for p in net.parameters()] for _ in range(2))
    return first, second


def _filtered(parameter: Tensor, generator: torch.Generator) -> Tensor:
    drawn = torch.randn(parameter.shape, generator=generator)
    if parameter.ndim < 2:
        return torch.zeros_like(drawn)
    own = parameter.detach().flatten(1).norm(dim=1) / drawn.flatten(1).norm(dim=1)
    return drawn * own.reshape(-1, *[1] * (parameter.ndim - 1))


def grid(
    net: nn.Module,
    loss: Callable[[nn.Module], float],
    along: tuple[Directions, Directions],
    steps: np.ndarray,
    tick: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Return the loss at every w + a * first + b * second.

    Args:
        net: Afterwards it has its own weights again, bit for bit, also when a tick raises.
        loss: Of the network as it is.
        along: The two directions.
        steps: (P,) values of a and of b.
        tick: Called after every point.

    Returns:
        (P, P) float64; row by a, column by b. What float32 cannot hold is nan.
    """
    here = [p.detach().clone() for p in net.parameters()]
    found = np.empty((len(steps), len(steps)))
    try:
        for row, a in enumerate(steps):
            for column, b in enumerate(steps):
                _move(net, here, along, float(a), float(b))
                value = loss(net)
                found[row, column] = value if np.isfinite(value) else np.nan
                tick()
    finally:
        _move(net, here, along, 0.0, 0.0)
    return found


@torch.no_grad()
def _move(
    net: nn.Module, here: Directions, along: tuple[Directions, Directions], a: float, b: float
) -> None:
    for p, w, first, second in zip(net.parameters(), here, *along, strict=True):
        p.copy_(w + a * first + b * second)
