"""What a module costs and sees, measured on the module itself."""

import statistics
import time

import torch
from torch import Tensor, nn

REPEATS = 5


def parameters(net: nn.Module) -> int:
    """How many numbers it learns."""
    return sum(p.numel() for p in net.parameters())


def milliseconds(net: nn.Module, x: Tensor) -> float:
    """Median time of several forwards; one more goes ahead to warm up."""
    spent = []
    with torch.no_grad():
        for _ in range(REPEATS + 1):
            start = time.perf_counter()
            net(x)
            spent.append((time.perf_counter() - start) * 1e3)
    return statistics.median(spent[1:])


def reach(gradient: Tensor) -> int:
    """Side of the smallest centered square that holds every pixel with a gradient.

    Args:
        gradient: (N, C, H, W), H = W odd, of the pixel in the middle.
    """
    seen = (gradient != 0).any(1).any(0).nonzero()
    middle = gradient.shape[-1] // 2
    return 2 * int((seen - middle).abs().max()) + 1
