"""Learning-rate schedules: torch's schedulers, and the same in closed form."""

import math

import numpy as np
import torch
from torch.optim import lr_scheduler

from viz_models.records.train.optimizers import ScheduleName

DROP = 0.1  # StepLR multiplies the rate by this after every third of the steps
FIRST = 0.01  # of the rate: where the warm-up begins
WARM = 10  # the warm-up takes one step in so many


def scheduler(
    optimizer: torch.optim.Optimizer, name: ScheduleName, steps: int
) -> lr_scheduler.LRScheduler | None:
    """Return torch's scheduler, to be stepped after every step; None for a constant rate.

    References:
        Cosine: Loshchilov and Hutter 2016, eq. 5, arXiv:1608.03983. Warm-up: Goyal et al. 2017,
        section 2.2, arXiv:1706.02677.
    """
    if name == "step":
        return lr_scheduler.StepLR(optimizer, step_size=third(steps), gamma=DROP)
    if name == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    if name == "warmup":
        return lr_scheduler.LinearLR(optimizer, start_factor=FIRST, total_iters=warm(steps))
    return None


def rates(name: ScheduleName, rate: float, steps: int) -> np.ndarray:
    """Return the learning rate of every step by the formula, (steps,) float64."""
    t = np.arange(steps)
    if name == "step":
        return rate * DROP ** (t // third(steps))
    if name == "cosine":
        return rate * 0.5 * (1 + np.cos(math.pi * t / steps))
    if name == "warmup":
        return rate * (FIRST + (1 - FIRST) * np.minimum(1, t / warm(steps)))
    return np.full(steps, rate)


def torchs(name: ScheduleName, rate: float, steps: int) -> np.ndarray:
    """Return the learning rate of every step as torch's scheduler sets it, (steps,) float64."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], rate)
    stepped = scheduler(optimizer, name, steps)
    found = []
    for _ in range(steps):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if stepped:
            stepped.step()
    return np.array(found)


def third(steps: int) -> int:
    """Return after how many steps StepLR lowers the rate."""
    return max(1, steps // 3)


def warm(steps: int) -> int:
    """Return how many steps the warm-up takes."""
    return max(1, steps // WARM)
