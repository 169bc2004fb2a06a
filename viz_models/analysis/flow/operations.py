"""Which operation a node of a traced network is."""

import inspect
import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (torch's own convention)
from torch import fx, nn

from viz_models.analysis.flow.fields import Windows
from viz_models.models.graph import is_cut
from viz_models.patches.light import torchvision
from viz_models.records import Op

swin = torchvision.models.swin_transformer

_MODULES: tuple[tuple[type[nn.Module], Op], ...] = (
    (nn.Conv2d, "conv2d"),
    (nn.modules.batchnorm._BatchNorm, "batch_norm"),
    (nn.ReLU, "relu"),
    (nn.MaxPool2d, "max_pool2d"),
    (nn.AvgPool2d, "avg_pool2d"),
    (nn.AdaptiveAvgPool2d, "adaptive_avg_pool2d"),
    (nn.Flatten, "flatten"),
    (nn.Linear, "linear"),
    (nn.LayerNorm, "layer_norm"),
    (nn.MultiheadAttention, "attention"),
)
_CALLS: dict[Callable[..., Any] | str, Op] = {
    operator.add: "add",
    operator.iadd: "add",
    torch.add: "add",
    "add": "add",
    "add_": "add",
    torch.relu: "relu",
    F.relu: "relu",
    "relu": "relu",
    "relu_": "relu",
    torch.flatten: "flatten",
    "flatten": "flatten",
    torch.cat: "cat",
    F.max_pool2d: "max_pool2d",
    F.avg_pool2d: "avg_pool2d",
    F.adaptive_avg_pool2d: "adaptive_avg_pool2d",
    F.layer_norm: "layer_norm",
    swin.shifted_window_attention: "attention",
    **dict.fromkeys((torch.permute, torch.transpose, torch.swapaxes), "rearrange"),
    **dict.fromkeys(
        ("permute", "transpose", "view", "reshape", "contiguous", "unsqueeze"), "rearrange"
    ),
}
_POOLS: dict[Callable[..., Any] | str, type[nn.Module]] = {
    F.max_pool2d: nn.MaxPool2d,
    F.avg_pool2d: nn.AvgPool2d,
    F.adaptive_avg_pool2d: nn.AdaptiveAvgPool2d,
}
_POINTWISE = (
    nn.ReLU6,
    nn.Hardswish,
    nn.Hardsigmoid,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Tanh,
    nn.Sigmoid,
    nn.Identity,
    nn.Dropout,
    nn.ChannelShuffle,
)
_SCALINGS = (operator.mul, operator.imul, torch.mul)
_ALONE = (torchvision.ops.stochastic_depth, torch.sigmoid)  # value by value, from one tensor


def kind(node: fx.Node, module: nn.Module | None, operands: int) -> Op:
    """Return what a node does; `operands` counts the tensors that it reads, parameters excluded."""
    if node.op == "placeholder":
        return "input"
    if not operands:  # reads nothing of the photo, as the class token of a Transformer
        return "other"
    if module is not None:
        known = next((op for kind, op in _MODULES if isinstance(module, kind)), None)
        return known or ("pointwise" if isinstance(module, _POINTWISE) else "other")
    op = _CALLS.get(node.target, "other")
    if op == "add" and operands < 2:  # plus a number: no two paths meet here
        op = "pointwise"
    if node.target in _SCALINGS:
        return "pointwise" if operands == 1 else "mul"
    if node.target is operator.getitem and is_cut(node.all_input_nodes[0]):
        return "split"
    if node.target == "mean" and node.args[1:] == ([2, 3],) and not node.kwargs:
        return "mean"
    return "pointwise" if node.target in _ALONE and operands == 1 else op


def called(node: fx.Node) -> nn.Module | None:
    """Return the module that stands for a pooling that is called as a function."""
    made = _POOLS.get(node.target) if node.op == "call_function" else None
    return made(*node.args[1:], **node.kwargs) if made else None


def windows(node: fx.Node) -> Windows | None:
    """Return the windows that an attention keeps to; None for what is no such attention."""
    if node.target != swin.shifted_window_attention:
        return None
    given = inspect.signature(swin.shifted_window_attention).bind(*node.args, **node.kwargs)
    (h, w), (down, right) = (given.arguments[name] for name in ("window_size", "shift_size"))
    return Windows((h, w), (down, right))


def merges_patches(node: fx.Node) -> bool:
    """Return whether a node puts four neighbors side by side as channels, as Swin does."""
    return node.target is swin._patch_merging_pad
