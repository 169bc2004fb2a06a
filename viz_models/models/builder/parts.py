"""The small parts of which the builder's networks consist."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.records import Activation, BuildNorm

EPS = 1e-5


def activation(name: Activation) -> nn.Module:
    """Return an elementwise activation function, never in place.

    Raises:
        ValueError: If the name is unknown.
    """
    makers: dict[str, type[nn.Module]] = {
        "relu": nn.ReLU,
        "leaky_relu": nn.LeakyReLU,
        "elu": nn.ELU,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "identity": nn.Identity,
    }
    if name not in makers:
        raise ValueError(f"unknown activation {name!r}; choose {', '.join(makers)}")
    return makers[name]()


def norm2d(name: BuildNorm, channels: int, groups: int) -> nn.Module:
    """Return a layer that normalizes (N, C, H, W), with one gamma per channel.

    Args:
        name: "layer" takes its mean over C, H and W, which is GroupNorm with one group.
        channels: C.
        groups: Of GroupNorm; where they do not divide C, the largest common divisor is used.

    Raises:
        ValueError: If the name is unknown, or "none".

    References:
        BatchNorm, Alg. 1: arXiv:1502.03167. LayerNorm, eq. 3: arXiv:1607.06450.
        InstanceNorm, eq. 3: arXiv:1607.08022. GroupNorm, eq. 7: arXiv:1803.08494.
    """
    if name == "batch":
        return nn.BatchNorm2d(channels)
    if name == "layer":
        return nn.GroupNorm(1, channels)
    if name == "group":
        return nn.GroupNorm(math.gcd(groups, channels), channels)
    if name == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    if name == "rms":
        return RmsNorm2d(channels)
    raise ValueError(f"unknown norm {name!r}; choose batch, layer, group, instance or rms")


class RmsNorm2d(nn.Module):
    """Divides each example by the root of the mean of its squares over C, H and W.

    References:
        Zhang & Sennrich 2019, eq. 4: arXiv:1910.07467.
    """

    def __init__(self, channels: int) -> None:
        """Start with gamma = 1 for every channel."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize (N, C, H, W) float; the shape stays."""
        mean_square = x.square().mean((1, 2, 3), keepdim=True)  # (N, 1, 1, 1)
        return x * (mean_square + EPS).rsqrt() * self.weight


class SqueezeExcite(nn.Module):
    """Scales every channel by a gate between 0 and 1, computed from the means of all channels.

    References:
        Hu et al. 2018, eq. 2-4: arXiv:1709.01507.
    """

    def __init__(self, channels: int, ratio: int) -> None:
        """Two linear layers: C to C / ratio, and back."""
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // ratio)
        self.relu = nn.ReLU()
        self.excite = nn.Linear(channels // ratio, channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Rescale (N, C, H, W) float; the shape stays."""
        means = x.mean((2, 3))  # (N, C)
        gates = self.sigmoid(self.excite(self.relu(self.squeeze(means))))  # (N, C)
        return x * gates[:, :, None, None]


class SideBySide(nn.Sequential):
    """Sends the same maps through every part; what they give stands side by side as channels.

    References:
        Szegedy et al. 2014, figure 2, arXiv:1409.4842.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, sum of the parts' channels, H', W')."""
        return torch.cat([part(x) for part in self], dim=1)


class PadShortcut(nn.Module):
    """A skip without weights: every stride-th pixel, and zeros for the channels that are new.

    References:
        He et al. 2016, section 3.3, option A: arXiv:1512.03385.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        """Keep what the forward needs."""
        super().__init__()
        self.extra = outputs - inputs
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H / stride, W / stride), both rounded up."""
        kept = x[:, :, :: self.stride, :: self.stride]
        return functional.pad(kept, (0, 0, 0, 0, 0, self.extra))


class Half(nn.Module):
    """One half of the channels: 0 is the first, 1 the second.

    References:
        Ma et al. 2018, figure 3c: arXiv:1807.11164.
    """

    def __init__(self, which: int) -> None:
        """Keep which one."""
        super().__init__()
        self.which = which

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C / 2, H, W), without a copy."""
        return x.chunk(2, dim=1)[self.which]
