"""Inception modules, and GoogLeNet with an eighth of its channels.

Szegedy et al. 2014, Going deeper with convolutions, arXiv:1409.4842; with BatchNorm: Ioffe and
Szegedy 2015, arXiv:1502.03167. Parts have the names of torchvision's `googlenet`.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models import registry
from viz_models.records.vision.inception import AUXILIARY, MODULES, POOLED, Widths, eighth

CLASSES = 10
STEM = eighth(MODULES[0]).inputs  # channels
EPS = 0.001  # of BatchNorm, as in torchvision
AUX_CHANNELS, AUX_HIDDEN, AUX_SIDE = 16, 128, 4  # an eighth of the paper's, on maps of 4x4
AUX_DROPOUT = 0.7


class Logits(NamedTuple):
    """What the classifier says, and both auxiliary ones where they run; each (N, classes)."""

    main: Tensor
    aux1: Tensor | None
    aux2: Tensor | None


class Conv(nn.Module):
    """Convolution that keeps height and width at stride 1, BatchNorm if asked, and ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel_size: int, *, norm: bool, stride: int = 1
    ) -> None:
        """Build with a bias where no BatchNorm has one."""
        super().__init__()
        pad = kernel_size // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel_size, stride, pad, bias=not norm)
        self.bn = nn.BatchNorm2d(outputs, eps=EPS) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """Four branches that read the same maps; what they give stands side by side as channels.

    References:
        Szegedy et al. 2014, figure 2b, arXiv:1409.4842.
    """

    def __init__(self, w: Widths, *, norm: bool, kernel5: int = 5) -> None:
        """Build with the paper's 5x5 kernel; torchvision has 3 there (its issue #906)."""
        super().__init__()
        self.branch1 = Conv(w.inputs, w.one, 1, norm=norm)
        self.branch2 = nn.Sequential(
            Conv(w.inputs, w.reduce3, 1, norm=norm), Conv(w.reduce3, w.three, 3, norm=norm)
        )
        self.branch3 = nn.Sequential(
            Conv(w.inputs, w.reduce5, 1, norm=norm), Conv(w.reduce5, w.five, kernel5, norm=norm)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), Conv(w.inputs, w.pool, 1, norm=norm)
        )

    def branches(self, x: Tensor) -> list[Tensor]:
        """(N, C, H, W) to one (N, channels, H, W) for each branch."""
        return [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        return torch.cat(self.branches(x), 1)


class Single(nn.Module):
    """One 3x3 branch in place of four, for the comparison: 1x1, then 3x3."""

    def __init__(self, w: Widths, *, norm: bool) -> None:
        """Give as many channels as the Inception module, with about as many multiply-adds."""
        super().__init__()
        self.branch = nn.Sequential(
            Conv(w.inputs, single_width(w), 1, norm=norm),
            Conv(single_width(w), w.outputs, 3, norm=norm),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        out: Tensor = self.branch(x)
        return out


def single_width(w: Widths) -> int:
    """Return how far the 1x1 of `Single` reduces, so that the multiply-adds are about equal."""
    four = w.inputs * (w.one + w.reduce3 + w.reduce5 + w.pool)
    four += 9 * w.reduce3 * w.three + 25 * w.reduce5 * w.five
    return max(1, round(four / (w.inputs + 9 * w.outputs)))


class Auxiliary(nn.Module):
    """A small classifier on the maps of a middle layer; section 5 of arXiv:1409.4842."""

    def __init__(self, inputs: int, *, norm: bool) -> None:
        """Read `inputs` maps of any size."""
        super().__init__()
        self.conv = Conv(inputs, AUX_CHANNELS, 1, norm=norm)
        self.fc1 = nn.Linear(AUX_CHANNELS * AUX_SIDE**2, AUX_HIDDEN)
        self.dropout = nn.Dropout(AUX_DROPOUT)
        self.fc2 = nn.Linear(AUX_HIDDEN, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, classes)."""
        pooled = F.adaptive_avg_pool2d(x, AUX_SIDE)
        hidden = F.relu(self.fc1(self.conv(pooled).flatten(1)))
        logits: Tensor = self.fc2(self.dropout(hidden))
        return logits


class SmallGoogLeNet(nn.Module):
    """A convolution, nine Inception modules, a global mean and one linear layer."""

    def __init__(self, *, norm: bool, auxiliary: bool = False, single: bool = False) -> None:
        """Build with He's initialization, from torch's global generator (arXiv:1502.01852).

        Auxiliary classifiers come last, so that the other weights are the same with and without.
        """
        super().__init__()
        self.stem = Conv(1, STEM, 3, norm=norm, stride=2)
        kind = Single if single else Inception
        self.inception = nn.ModuleDict({name: kind(eighth(name), norm=norm) for name in MODULES})
        self.fc = nn.Linear(eighth(MODULES[-1]).outputs, CLASSES)
        _initialize(self)
        self.aux1, self.aux2 = (
            Auxiliary(eighth(name).outputs, norm=norm) if auxiliary else None for name in AUXILIARY
        )
        for head in (self.aux1, self.aux2):
            if head is not None:
                _initialize(head)

    def forward(self, x: Tensor) -> Logits:
        """(N, 1, H, W) to logits; the auxiliary classifiers run in training mode alone."""
        x = F.max_pool2d(self.stem(x), 3, 2, 1)
        side: dict[str, Tensor] = {}
        for name, module in self.inception.items():
            x = module(F.max_pool2d(x, 3, 2, 1) if name in POOLED else x)
            side[name] = x
        heads = (self.aux1, self.aux2) if self.training else (None, None)
        first, second = (
            head(side[name]) if head is not None else None
            for head, name in zip(heads, AUXILIARY, strict=True)
        )
        return Logits(self.fc(x.mean((2, 3))), first, second)


def _initialize(net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def build(
    seed: int, *, norm: bool, auxiliary: bool = False, single: bool = False
) -> SmallGoogLeNet:
    """Build an untrained network, the same for the same seed, in training mode."""
    with registry.seeded(seed):
        return SmallGoogLeNet(norm=norm, auxiliary=auxiliary, single=single)
