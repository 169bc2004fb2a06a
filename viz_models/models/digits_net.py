"""A small convolutional network for 8x8 digits, with a choice of normalization."""

import math
from typing import get_args

import torch
from torch import Tensor, nn

from viz_models.language import gettext as _
from viz_models.records import DigitsNetSpec, NetNorm

CLASSES = 10
GROUPS = 4  # of GroupNorm; widths are multiples of it
MAX_WIDTH = 512  # channels
MAX_BLOCKS = 4  # 8x8, 4x4, 2x2, 1x1


class DigitsNet(nn.Module):
    """Blocks of 3x3 convolution, norm and ReLU; then the mean of each map, and a linear layer.

    The first block keeps H and W, every later one halves them with stride 2. The mean is global
    average pooling: Lin et al. 2013, Network in Network, section 3.2, arXiv:1312.4400.
    """

    def __init__(self, spec: DigitsNetSpec) -> None:
        """Build the layers with torch's own initialization, from its global generator.

        Raises:
            ValueError: If the spec names an unknown norm or widths that cannot be built.
        """
        super().__init__()
        check(spec)
        inputs = (1, *spec.widths[:-1])
        pairs = zip(inputs, spec.widths, strict=True)
        self.blocks = nn.Sequential(
            *(block(i, o, spec.norm, stride=2 if k else 1) for k, (i, o) in enumerate(pairs))
        )
        self.head = nn.Linear(spec.widths[-1], CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Score each class.

        Args:
            x: (N, 1, 8, 8) float32, standardized gray values.

        Returns:
            (N, 10) float32 logits.
        """
        maps = self.blocks(x)  # (N, C, 2, 2) after three blocks
        means = maps.mean((2, 3))  # (N, C)
        logits: Tensor = self.head(means)  # (N, 10)
        return logits


def block(channels_in: int, channels_out: int, norm: NetNorm, *, stride: int) -> nn.Sequential:
    """3x3 convolution, norm, ReLU: (N, channels_in, H, W) to (N, channels_out, H/stride, W/stride).

    The convolution keeps its bias also where BatchNorm cancels it: all four networks then draw
    the same random numbers and begin with the same weights.
    """
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel_size=3, stride=stride, padding=1),
        norm_layer(norm, channels_out),
        nn.ReLU(),
    )


def norm_layer(norm: NetNorm, channels: int) -> nn.Module:
    """Return a layer that normalizes (N, C, H, W); each has one gamma and one beta per channel.

    Args:
        norm: "layer" takes the mean over C, H and W, one per example, which is GroupNorm with
            one group; nn.LayerNorm((C, H, W)) has the same means but C*H*W gammas.
        channels: C.

    Raises:
        ValueError: If the norm is unknown.

    References:
        BatchNorm, Alg. 1: arXiv:1502.03167. LayerNorm, eq. 3: arXiv:1607.06450.
        GroupNorm, eq. 7: arXiv:1803.08494.
    """
    if norm == "none":
        return nn.Identity()
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    if norm == "layer":
        return nn.GroupNorm(1, channels)
    if norm == "group":
        return nn.GroupNorm(GROUPS, channels)
    raise ValueError(f"unknown norm {norm!r}; choose none, batch, layer or group")


def build(spec: DigitsNetSpec, seed: int) -> DigitsNet:
    """Return a fresh network in training mode, the same for the same seed.

    Equals `torch.manual_seed(seed)` followed by `DigitsNet(spec)` bit for bit, but neither reads
    nor moves torch's global generator, from which other threads may be drawing.

    Raises:
        ValueError: If the spec cannot be built.
    """
    with torch.device("meta"):
        net = DigitsNet(spec)
    # what `to_empty` does, which would import sympy for it: half a second
    empty = {k: torch.empty(v.shape, dtype=v.dtype) for k, v in net.state_dict().items()}
    net.load_state_dict(empty, assign=True)
    generator = torch.Generator().manual_seed(seed)
    for module in net.modules():
        _initialize(module, generator)
    return net


def _initialize(module: nn.Module, generator: torch.Generator) -> None:
    """Draw the weights as `reset_parameters` does, which cannot be given a generator."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
        if module.bias is not None:
            bound = 1 / math.sqrt(module.weight[0].numel())
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
        module.reset_parameters()


def check(spec: DigitsNetSpec) -> None:
    """Raise a ValueError with one clear line unless the network can be built."""
    if spec.norm not in get_args(NetNorm):
        raise ValueError(
            _("unknown norm {norm!r}; choose {norms}").format(
                norm=spec.norm, norms=", ".join(get_args(NetNorm))
            )
        )
    if not 1 <= len(spec.widths) <= MAX_BLOCKS:
        raise ValueError(
            _("{count} blocks asked for; choose 1 to {most} widths").format(
                count=len(spec.widths), most=MAX_BLOCKS
            )
        )
    for width in spec.widths:
        if not (GROUPS <= width <= MAX_WIDTH and width % GROUPS == 0):
            raise ValueError(
                _("width {width}: choose a multiple of {groups} up to {most}").format(
                    width=width, groups=GROUPS, most=MAX_WIDTH
                )
            )
