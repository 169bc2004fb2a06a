"""Optimizers and learning rates, as a spec names them."""

import math

import torch
from torch import nn

from viz_models.records import OptimizerSpec, Schedule

DROPS = (0.5, 0.75)  # shares of the budget after which "step" divides the rate by ten


def make(spec: OptimizerSpec, net: nn.Module) -> torch.optim.Optimizer:
    """Torch's own optimizer over all parameters that train.

    References:
        SGD: Robbins and Monro 1951, eq. 8. Momentum: Sutskever et al. 2013, eq. 1-2; Nesterov:
        eq. 3-4. AdaGrad: Duchi et al. 2011, eq. 1. RMSProp: Tieleman and Hinton 2012, slide 29.
        Adam: Kingma and Ba 2014, Alg. 1, arXiv:1412.6980. AdamW: Loshchilov and Hutter 2017,
        Alg. 2, arXiv:1711.05101.
    """
    weights = [p for p in net.parameters() if p.requires_grad]
    lr, decay = spec.lr, spec.weight_decay
    optim = torch.optim
    if spec.name == "sgd":
        return optim.SGD(weights, lr, weight_decay=decay)
    if spec.name in ("momentum", "nesterov"):
        nesterov = spec.name == "nesterov"
        return optim.SGD(weights, lr, spec.momentum, weight_decay=decay, nesterov=nesterov)
    if spec.name == "adagrad":
        return optim.Adagrad(weights, lr, weight_decay=decay)
    if spec.name == "rmsprop":
        return optim.RMSprop(weights, lr, weight_decay=decay)
    if spec.name == "adam":
        return optim.Adam(weights, lr, weight_decay=decay)
    return optim.AdamW(weights, lr, weight_decay=decay)


def rate(spec: OptimizerSpec, before: float, after: float) -> float:
    """Return the learning rate of a step.

    Args:
        spec: Highest rate, schedule and warm-up.
        before: Share of the budget that was spent before the step, 0..1.
        after: The share after the step. It equals `before` where the budget is in seconds,
            because nobody knows how long a step will take. The warm-up goes by it, so that the
            first step does not stand still.
    """
    warm = min(1.0, after / spec.warm_up) if spec.warm_up else 1.0
    return spec.lr * warm * _factor(spec.schedule, before, after)


def _factor(schedule: Schedule, before: float, after: float) -> float:
    """Return what the highest rate is multiplied by.

    Each schedule equals a class of `torch.optim.lr_scheduler`; tests hold them together.

    References:
        Cosine: Loshchilov and Hutter 2016, eq. 5, arXiv:1608.03983.
    """
    if schedule == "cosine":
        return half_cosine(1, 0, before)
    if schedule == "step":
        return 0.1 ** sum(before >= drop for drop in DROPS)
    return one_cycle(before, after) if schedule == "one cycle" else 1.0


def half_cosine(start: float, end: float, share: float) -> float:
    """Return the height of half a cosine that goes from `start` (share 0) to `end` (share 1)."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


def one_cycle(before: float, after: float, peak: float = 0.3) -> float:
    """Return the factor of OneCycleLR: from 1/25 up to 1, then down to 4e-6.

    Torch's cycle ends with the last step, so both of its halves are one step shorter than the
    shares say. Only the rate has a cycle; the momentum stays (`cycle_momentum=False`).

    References:
        Smith and Topin 2017, arXiv:1708.07120; torch's defaults.
    """
    top = peak - (after - before)  # where the last step of the rising half begins
    if before < top:
        return half_cosine(1 / 25, 1, before / top)
    return half_cosine(1, 1e-4 / 25, (before - top) / (1 - peak))
