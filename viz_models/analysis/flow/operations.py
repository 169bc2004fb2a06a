"""Which operation a step of a network is."""

import inspect

from torch import nn

from viz_models.analysis.anynet.names import base_name
from viz_models.analysis.flow.fields import Windows
from viz_models.analysis.flow.plan import Planned
from viz_models.patches.light import torchvision
from viz_models.records import Op

swin = torchvision.models.swin_transformer

_POOLS: dict[Op, type[nn.Module]] = {
    "max_pool2d": nn.MaxPool2d,
    "avg_pool2d": nn.AvgPool2d,
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
}
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
_CALLS: dict[str, Op] = {
    **{name: name for name in ("add", "relu", "flatten", "cat", "layer_norm", *_POOLS)},
    "relu_": "relu",
    "shifted_window_attention": "attention",
    **dict.fromkeys(("permute", "transpose", "swapaxes", "view", "reshape"), "rearrange"),
    **dict.fromkeys(("contiguous", "unsqueeze"), "rearrange"),
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
_ALONE = ("stochastic_depth", "sigmoid")  # value by value, from one tensor


def kind(step: Planned, module: nn.Module | None) -> Op:
    """Return what a step does; `module` is the one of torch's that gives it."""
    operands = len(step.sources)  # parameters are none
    if step.function == "input":
        return "input"
    if not operands:  # reads nothing of the photo, as the class token of a Transformer
        return "other"
    if module is not None:
        known = next((op for kind, op in _MODULES if isinstance(module, kind)), None)
        return known or ("pointwise" if isinstance(module, _POINTWISE) else "other")
    if step.is_part:
        return "split"
    word = base_name(step.function)
    if word in ("add", "mul") and operands < 2:  # with a number: no two paths meet here
        return "pointwise"
    if word == "mul":
        return "mul"
    if word == "mean" and step.args[1:] in (([2, 3],), ((2, 3),)) and not step.kwargs:
        return "mean"
    return "pointwise" if word in _ALONE and operands == 1 else _CALLS.get(word, "other")


def called(step: Planned) -> nn.Module | None:
    """Return the module that stands for a pooling that is called as a function."""
    made = None if step.module else _POOLS.get(_CALLS.get(base_name(step.function), "other"))
    return made(*step.args[1:], **step.kwargs) if made else None


def windows(step: Planned) -> Windows | None:
    """Return the windows that an attention keeps to; None for what is no such attention."""
    if not step.function.endswith("swin_transformer.shifted_window_attention"):
        return None
    given = inspect.signature(swin.shifted_window_attention).bind(*step.args, **step.kwargs)
    (h, w), (down, right) = (given.arguments[name] for name in ("window_size", "shift_size"))
    return Windows((h, w), (down, right))


def merges_patches(step: Planned) -> bool:
    """Return whether a step puts four neighbors side by side as channels, as Swin does."""
    return step.function.endswith("swin_transformer._patch_merging_pad")
