"""What a module costs and sees, measured on the module itself."""

import statistics
import time

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

REPEATS = 5


def parameters(net: nn.Module) -> int:
    """How many numbers it learns."""
    return sum(p.numel() for p in net.parameters())


def macs(net: nn.Module, shape: tuple[int, ...]) -> int:
    """Multiply-adds of one forward, as torch counts them.

    Args:
        net: On the meta device.
        shape: Of its input, the batch included.
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(shape, device="meta"))
    return counter.get_total_flops() // 2  # torch counts a product and a sum as two


def kept_bytes(net: nn.Module, x: Tensor) -> int:
    """What autograd keeps of one forward until the backward, parameters excluded."""
    own = {p.untyped_storage().data_ptr() for p in net.parameters()}
    kept: dict[int, Tensor] = {}

    def note(t: Tensor) -> Tensor:
        if t.untyped_storage().data_ptr() not in own:
            kept[t.untyped_storage().data_ptr()] = t
        return t

    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
        net(x)
    return sum(t.untyped_storage().nbytes() for t in kept.values())


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
