"""Optimizers and learning rates, as a spec names them."""

import math

import torch
from torch import nn

from viz_models.records import OptimizerSpec, Schedule

ONE_CYCLE_PEAK = 0.3  # share of the budget at which the rate is highest
ONE_CYCLE_START = 1 / 25  # of the highest rate
ONE_CYCLE_END = 1e-4 / 25
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
    """The learning rate of a step.

    Args:
        spec: Highest rate, schedule and warm-up.
        before: Share of the budget that was spent before the step, 0..1.
        after: And after it; the warm-up's line goes by it, so that no step stands still.
    """
    warm = min(1.0, after / spec.warm_up) if spec.warm_up else 1.0
    return spec.lr * warm * _factor(spec.schedule, before)


def _factor(schedule: Schedule, share: float) -> float:
    """What the highest rate is multiplied by.

    References:
        Cosine: Loshchilov and Hutter 2016, eq. 5, arXiv:1608.03983. One cycle: Smith and Topin
        2017, arXiv:1708.07120, with torch's two halves of a cosine.
    """
    if schedule == "cosine":
        return _between(1, 0, share)
    if schedule == "step":
        return 0.1 ** sum(share >= drop for drop in DROPS)
    if schedule == "one cycle":
        if share < ONE_CYCLE_PEAK:
            return _between(ONE_CYCLE_START, 1, share / ONE_CYCLE_PEAK)
        return _between(1, ONE_CYCLE_END, (share - ONE_CYCLE_PEAK) / (1 - ONE_CYCLE_PEAK))
    return 1.0


def _between(start: float, end: float, share: float) -> float:
    """Along half a cosine."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))
