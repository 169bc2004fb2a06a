"""How fast a device trains; a GPU is asked by a process of its own.

Whoever only wants a price, as the server of the pages does, must not hold the memory that a GPU's
context takes.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import torch
from torch import nn

from viz_models import places
from viz_models.language import gettext as _
from viz_models.training.loop import placement
from viz_models.training.loop.placement import FORMATS, Format

# Batch, channels and side of the large convolution that is measured. A GPU computes the CPU's in
# less time than it takes to launch, and would seem hundreds of times slower than it is.
LARGE = {"cpu": (64, 32, 16), "gpu": (256, 128, 32)}
LAYERS, ROUNDS = 10, 6  # of the measurement
AGAIN_S = 600.0  # until the next one
PATIENCE_S = 60.0  # for a GPU
BACKWARD = 2  # multiply-adds of a backward pass, by those of a forward


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast a process trains on a device."""

    macs: float  # multiply-adds a second, of large convolutions
    layer: float  # seconds a layer needs at least, forward, backward and step
    fastest: Format = "fp32"  # in which it multiplies


_rates: dict[str, tuple[Rate, float]] = {}  # by device: what was measured, and when


def measured(device: str) -> Rate:
    """Measure a tenth of a second, and again after ten minutes, as machines change.

    Args:
        device: Such as "cpu" or "cuda:0".

    Raises:
        ValueError: If the GPU does not answer.
    """
    now = time.monotonic()
    if device not in _rates or now - _rates[device][1] > AGAIN_S:
        found = measure(device) if device == "cpu" else _told(device)
        _rates[device] = found, now
    return _rates[device][0]


def fastest(device: torch.device) -> torch.dtype:
    """Return the format in which a device multiplies fastest; this process asks no GPU.

    Raises:
        ValueError: If the GPU does not answer.
    """
    if device.type == "cpu":
        return placement.fastest(device)
    return FORMATS[measured(str(device)).fastest]


def _told(device: str) -> Rate:
    """Return what another process measures, which ends and lets go of the GPU."""
    path = os.pathsep.join(filter(None, (str(places.PACKAGE.parent), os.getenv("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, device],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        return Rate(**json.loads(done.stdout.splitlines()[-1]))
    except (subprocess.SubprocessError, OSError, ValueError, TypeError, IndexError) as error:
        raise ValueError(
            _("{device} does not answer; choose device cpu").format(device=device)
        ) from error


def measure(device: str) -> Rate:
    """Compute convolutions with much and with little to do, here and now."""
    there = torch.device(device)
    batch, width, side = LARGE["cpu" if there.type == "cpu" else "gpu"]
    low = placement.fastest(there)
    x = torch.randn(batch, width, side, side, device=there)
    large = _usual(_stack(1, width).to(there), x, low)
    small = _usual(_stack(LAYERS, 4).to(there), torch.randn(4, 4, 4, 4, device=there), low)
    macs = batch * width * width * 9 * side * side
    return Rate(
        macs=(1 + BACKWARD) * macs / max(large - small / LAYERS, large / 2),
        layer=small / LAYERS,
        fastest=placement.name_of(low),
    )


def _stack(depth: int, width: int) -> nn.Sequential:
    """Convolutions, each with what usually stands around one."""
    parts = [
        (nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU())
        for _ in range(depth)
    ]
    return nn.Sequential(*(layer for part in parts for layer in part))


def _usual(net: nn.Module, x: torch.Tensor, low: torch.dtype) -> float:
    """Seconds of a usual step; no optimizer, which would import torch's compiler.

    On the CPU with one thread only its own seconds count: what others compute meanwhile would say
    that a run of 6 s takes 375, and it would be refused.
    """
    alone = x.device.type == "cpu" and torch.get_num_threads() == 1
    clock = time.thread_time if alone else time.perf_counter
    times = []
    weights = list(net.parameters())
    for _round in range(ROUNDS):
        begin = clock()
        with torch.autocast(x.device.type, dtype=low, enabled=low != torch.float32):
            loss = net(x).float().square().mean()
        found = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, found, strict=True):
                weight.sub_(gradient, alpha=0.01)
        loss.item()
        times.append(clock() - begin)
    return statistics.median(times)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(sys.argv[1]))) + "\n")
