"""The norms as a reader would write them with torch.nn, and their statistics with numpy."""

import numpy as np
import torch
from torch import nn

KINDS = [
    ("batch", "chw"),
    ("layer", "chw"),
    ("layer", "c"),
    ("instance", "chw"),
    ("group", "chw"),
    ("rms", "chw"),
    ("rms", "c"),
]


def module(shape, spec, dtype=torch.float32):
    _, c, h, w = shape
    covered = [c] if spec.over == "c" else [c, h, w]
    norm = {
        "batch": lambda: nn.BatchNorm2d(c, eps=spec.eps),
        "layer": lambda: nn.LayerNorm(covered, eps=spec.eps),
        "instance": lambda: nn.InstanceNorm2d(c, eps=spec.eps, affine=True),
        "group": lambda: nn.GroupNorm(spec.groups, c, eps=spec.eps),
        "rms": lambda: nn.RMSNorm(covered, eps=spec.eps),
    }[spec.norm]().to(dtype)
    nn.init.constant_(norm.weight, spec.gamma)
    if getattr(norm, "bias", None) is not None:
        nn.init.constant_(norm.bias, spec.beta)
    return norm.train(spec.mode == "train").requires_grad_(False)


def output(x, spec, norm=None):
    norm = norm or module(x.shape, spec, x.dtype)
    if spec.over == "c" and spec.norm in ("layer", "rms"):
        return norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return norm(x)


def grouped(x, spec):
    """(G, size) numpy, a group a row."""
    n, c = x.shape[:2]
    if spec.norm == "batch":
        return x.transpose(1, 0, 2, 3).reshape(c, -1)
    if spec.norm == "instance":
        return x.reshape(n * c, -1)
    if spec.norm == "group":
        return x.reshape(n * spec.groups, -1)
    if spec.over == "c":
        return np.moveaxis(x, 1, -1).reshape(-1, c)
    return x.reshape(n, -1)


def refusal(x, spec):
    """Torch's message where it raises, "" otherwise."""
    try:
        output(x, spec)
    except ValueError as error:
        return str(error)
    return ""
