"""Twins of famous networks at 32 pixels: few layers, but each family's own block.

All but the first two have the same frame: a 3x3 convolution of stride 2, max pooling, two stages of
two blocks at 8x8 and at 4x4, BatchNorm after every convolution, a global average and one linear
layer.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from viz_models.records.vision.architectures import TwinSpec

CLASSES = 10
WIDTHS = (24, 48)  # channels of the two stages


def twin(spec: TwinSpec) -> nn.Module:
    """Return a twin with fresh weights from torch's global generator; it reads (N, 1, 32, 32).

    Raises:
        ValueError: If the network has no twin.
    """
    if spec.network == "alexnet":
        return _alexnet(spec)
    if spec.network == "vgg11":
        return _vgg()
    if spec.network not in BLOCKS:
        raise ValueError(
            f"{spec.network!r} has no twin; choose {', '.join(('alexnet', 'vgg11', *BLOCKS))}"
        )
    return _framed(BLOCKS[spec.network])


def _alexnet(spec: TwinSpec) -> nn.Sequential:
    act = nn.ReLU if spec.activation == "relu" else nn.Tanh
    drop = nn.Dropout(0.5) if spec.dropout else nn.Identity()

    def responses() -> nn.Module:
        return nn.LocalResponseNorm(5, k=2) if spec.lrn else nn.Identity()

    return nn.Sequential(
        *(nn.Conv2d(1, 24, 5, stride=2, padding=2), act(), responses()),
        nn.MaxPool2d(3, 2, 1),
        *(nn.Conv2d(24, 48, 5, padding=2), act(), responses()),
        nn.MaxPool2d(3, 2, 1),
        *(nn.Conv2d(48, 48, 3, padding=1), act()),
        *(nn.Conv2d(48, 48, 3, padding=1), act()),
        nn.Flatten(),
        *(drop, nn.Linear(48 * 4 * 4, 128), act()),
        *(drop, nn.Linear(128, CLASSES)),
    )


def _vgg() -> nn.Sequential:
    layers: list[nn.Module] = []
    inputs = 1
    for width in (8, "pool", 24, "pool", 48, 48, "pool", 48, 48):
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
    return nn.Sequential(
        *layers,
        *(nn.Flatten(), nn.Dropout(0.5), nn.Linear(48 * 4 * 4, 128), nn.ReLU()),
        *(nn.Dropout(0.5), nn.Linear(128, CLASSES)),
    )


def _framed(block: Callable[[int, int, int], nn.Module]) -> nn.Sequential:
    small, large = WIDTHS
    return nn.Sequential(
        *(_conv(1, small, 3, 2), nn.MaxPool2d(3, 2, 1)),
        *(block(small, small, 1), block(small, small, 1)),
        *(block(small, large, 2), block(large, large, 1)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(large, CLASSES)),
    )


def _conv(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int] = 1,
    stride: int = 1,
    groups: int = 1,
    act: bool = True,
) -> nn.Sequential:
    """Return a convolution of the same size (or half of it), BatchNorm and ReLU."""
    pair = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = ((pair[0] - 1) // 2, (pair[1] - 1) // 2)
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, pair, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if act else nn.Sequential(*layers)


class Shuffle(nn.Module):
    """Take the channels of all groups in turn (Zhang et al. 2018, arXiv:1707.01083, figure 1)."""

    def __init__(self, groups: int) -> None:
        """Mix so many groups."""
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W) in the new order of channels."""
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


class Sum(nn.Module):
    """A branch added to what went in, or to a 1x1 convolution of it; then ReLU if asked."""

    def __init__(self, branch: nn.Module, skip: nn.Module | None = None, act: bool = True) -> None:
        """Add a branch to its input, which `skip` may change."""
        super().__init__()
        self.branch, self.skip = branch, skip or nn.Identity()
        self.act = nn.ReLU() if act else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W)."""
        out: Tensor = self.act(self.branch(x) + self.skip(x))
        return out


class Beside(nn.Module):
    """Branches whose outputs stand side by side as channels."""

    def __init__(self, *branches: nn.Module, halves: bool = False) -> None:
        """Give each branch the whole input, or with `halves` each of two branches its half."""
        super().__init__()
        self.branches, self.halves = nn.ModuleList(branches), halves

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W)."""
        given = x.chunk(2, 1) if self.halves else (x,) * len(self.branches)
        return torch.cat([b(part) for b, part in zip(self.branches, given, strict=True)], 1)


class Gates(nn.Module):
    """Squeeze-and-excitation with reduction 4 (Hu et al. 2018, arXiv:1709.01507)."""

    def __init__(self, channels: int) -> None:
        """Make one gate for each channel."""
        super().__init__()
        self.down = nn.Linear(channels, channels // 4)
        self.up = nn.Linear(channels // 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W), every channel times its gate."""
        gates = torch.sigmoid(self.up(torch.relu(self.down(x.mean((2, 3))))))
        return x * gates[:, :, None, None]


def _skip(inputs: int, outputs: int, stride: int) -> nn.Module | None:
    same = stride == 1 and inputs == outputs
    return None if same else _conv(inputs, outputs, 1, stride, act=False)


def _basic(inputs: int, outputs: int, stride: int, *, gates: bool = False) -> nn.Module:
    branch = nn.Sequential(_conv(inputs, outputs, 3, stride), _conv(outputs, outputs, 3, act=False))
    if gates:
        branch.append(Gates(outputs))
    return Sum(branch, _skip(inputs, outputs, stride))


def _resnext(inputs: int, outputs: int, stride: int) -> nn.Module:
    branch = nn.Sequential(
        _conv(inputs, outputs),
        _conv(outputs, outputs, 3, stride, groups=8),
        _conv(outputs, outputs, act=False),
    )
    return Sum(branch, _skip(inputs, outputs, stride))


def _inception(inputs: int, outputs: int, stride: int, *, factorized: bool = False) -> nn.Module:
    q = outputs // 4  # of each of four branches
    mid = q // 2
    if factorized:  # 5x5 as two 3x3, 3x3 as 1x3 and 3x1 (Szegedy et al. 2016, arXiv:1512.00567)
        three = nn.Sequential(_conv(inputs, q), _conv(q, q, (1, 3)), _conv(q, q, (3, 1)))
        five = nn.Sequential(_conv(inputs, mid), _conv(mid, q, 3), _conv(q, q, 3))
    else:
        three = nn.Sequential(_conv(inputs, q), _conv(q, q, 3))
        five = nn.Sequential(_conv(inputs, mid), _conv(mid, q, 5))
    pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), _conv(inputs, q))
    module = Beside(_conv(inputs, q), three, five, pool)
    return module if stride == 1 else nn.Sequential(nn.MaxPool2d(3, 2, 1), module)


def _dense(inputs: int, outputs: int, stride: int) -> nn.Module:
    growth = outputs // 4
    layers: list[nn.Module] = []
    if stride == 2:
        layers += [_conv(inputs, inputs // 2), nn.AvgPool2d(2)]
        inputs //= 2
    for _ in range(2):
        new = nn.Sequential(_conv(inputs, 2 * growth), _conv(2 * growth, growth, 3))
        layers.append(Beside(nn.Identity(), new))
        inputs += growth
    return nn.Sequential(*layers, _conv(inputs, outputs))


def _shuffle_v1(inputs: int, outputs: int, stride: int) -> nn.Module:
    made = outputs if stride == 1 else outputs - inputs
    mid = outputs // 4
    branch = nn.Sequential(
        *(_conv(inputs, mid, groups=3), Shuffle(3)),
        _conv(mid, mid, 3, stride, groups=mid, act=False),
        _conv(mid, made, groups=3, act=False),
    )
    if stride == 1:
        return Sum(branch)
    return nn.Sequential(Beside(nn.AvgPool2d(3, 2, 1), branch), nn.ReLU())


def _shuffle_v2(inputs: int, outputs: int, stride: int) -> nn.Module:
    half = outputs // 2
    read = half if stride == 1 else inputs
    branch = nn.Sequential(
        _conv(read, half), _conv(half, half, 3, stride, groups=half, act=False), _conv(half, half)
    )
    if stride == 1:
        return nn.Sequential(Beside(nn.Identity(), branch, halves=True), Shuffle(2))
    skip = nn.Sequential(_conv(inputs, inputs, 3, 2, groups=inputs, act=False), _conv(inputs, half))
    return nn.Sequential(Beside(skip, branch), Shuffle(2))


def _mobile_v1(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Sequential(_conv(inputs, inputs, 3, stride, groups=inputs), _conv(inputs, outputs))


def _mobile_v2(inputs: int, outputs: int, stride: int) -> nn.Module:
    wide = 4 * inputs
    branch = nn.Sequential(
        _conv(inputs, wide),
        _conv(wide, wide, 3, stride, groups=wide),
        _conv(wide, outputs, act=False),
    )
    same = stride == 1 and inputs == outputs
    return Sum(branch, act=False) if same else branch


BLOCKS: dict[str, Callable[[int, int, int], nn.Module]] = {
    "googlenet": _inception,
    "inception_v3": partial(_inception, factorized=True),
    "resnet18": _basic,
    "resnext50_32x4d": _resnext,
    "se_resnet50": partial(_basic, gates=True),
    "densenet121": _dense,
    "shufflenet_v1": _shuffle_v1,
    "shufflenet_v2_x1_0": _shuffle_v2,
    "mobilenet_v1": _mobile_v1,
    "mobilenet_v2": _mobile_v2,
}
