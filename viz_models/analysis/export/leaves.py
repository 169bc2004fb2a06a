"""How a layer is written: its class and what its constructor is given."""

from dataclasses import dataclass
from typing import Literal

from torch import nn

from viz_models.models.builder.parts import (
    Half,
    PadShortcut,
    RmsNorm2d,
    SideBySide,
    SqueezeExcite,
)

Role = Literal["channels", "stride", "groups", "norm_groups", ""]
PLAIN = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Tanh, nn.Sigmoid, nn.Identity)
ONE_WIDTH = (nn.BatchNorm1d, nn.BatchNorm2d)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a constructor."""

    value: object
    role: Role = ""  # what the value counts: those of all blocks are compared by it
    name: str = ""  # of a keyword argument
    default: object = None  # which need not be written


def constructor(module: nn.Module) -> tuple[str, list[Argument]]:
    """Return the class of a layer, as it is written, and its arguments.

    Raises:
        TypeError: If the builder has begun to use a layer that is not known here.
    """
    kind = type(module).__name__
    if isinstance(module, RmsNorm2d):
        return kind, [Argument(module.weight.shape[0], "channels")]
    if isinstance(module, SqueezeExcite):
        return kind, [Argument(module.squeeze.in_features, "channels")]
    if isinstance(module, SideBySide):
        return kind, []
    if isinstance(module, Half):
        return kind, [Argument(module.which)]
    if isinstance(module, PadShortcut):
        return kind, [Argument(module.extra, "channels"), Argument(module.stride, "stride")]
    return f"nn.{kind}", _arguments(module)


def _arguments(module: nn.Module) -> list[Argument]:
    if isinstance(module, (*PLAIN, nn.Flatten, nn.Sequential)):
        return []
    if isinstance(module, nn.Conv2d):
        return _convolution(module)
    if isinstance(module, nn.Linear):
        return [Argument(module.in_features, "channels"), Argument(module.out_features, "channels")]
    if isinstance(module, ONE_WIDTH):
        return [Argument(module.num_features, "channels")]
    if isinstance(module, nn.InstanceNorm2d):
        return [Argument(module.num_features, "channels"), Argument(True, name="affine")]
    if isinstance(module, nn.GroupNorm):
        groups = Argument(module.num_groups, "norm_groups")
        return [groups, Argument(module.num_channels, "channels")]
    if isinstance(module, nn.LayerNorm | nn.RMSNorm):
        return [Argument(module.normalized_shape[0], "channels")]
    if isinstance(module, nn.ChannelShuffle):
        return [Argument(module.groups, "groups")]
    if isinstance(module, nn.Dropout):
        return [Argument(module.p)]
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return [Argument(module.output_size)]
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        size = module.kernel_size
        stride = Argument(module.stride, name="stride", default=size)
        return [Argument(size), stride, Argument(module.padding, name="padding", default=0)]
    raise TypeError(f"the export cannot write a {type(module).__name__} yet")


def _convolution(conv: nn.Conv2d) -> list[Argument]:
    """Kernel, stride, padding and dilation of the builder are the same for both axes."""
    return [
        Argument(conv.in_channels, "channels"),
        Argument(conv.out_channels, "channels"),
        Argument(conv.kernel_size[0]),
        Argument(conv.stride[0], "stride", "stride", 1),
        Argument(conv.padding[0], "", "padding", 0),
        Argument(conv.dilation[0], "", "dilation", 1),
        Argument(conv.groups, "groups", "groups", 1),
        Argument(conv.bias is not None, "", "bias", True),
    ]
