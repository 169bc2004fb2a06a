"""The networks that the lesson on fast networks times: the same multiply-adds, spent differently.

References:
    Zhang et al. 2017, ShuffleNet, arXiv:1707.01083, figure 2b; Ma et al. 2018, ShuffleNet v2,
    arXiv:1807.11164, figure 3c. BatchNorm is left out of both units: for inference it is folded
    into the convolutions, which have a bias for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from viz_models.records.vision.fast import Series

SIDE, SMALL_SIDE = 56, 28  # height and width of the maps; the small one is for G3 and the units
WIDTH = 128  # channels of the way that obeys the guideline
V1_WIDTH, V1_GROUPS, V2_WIDTH = 240, 3, 138  # so both units have the same multiply-adds to 0.1 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One network, before it is built."""

    series: Series
    name: str
    what: str
    shape: tuple[int, int, int]  # of its input, (C, H, W)
    make: Callable[[], nn.Module]
    passes: int = 1  # in a row for one timing, where one pass is very short


def plans() -> tuple[Plan, ...]:
    """Return every way, guideline by guideline; the first of each obeys it."""
    return (*_widths(), *_groups(), *_fragments(), *_elementwise(), *_units())


def _conv(
    c_in: int, c_out: int, kernel: int = 1, groups: int = 1, *, bias: bool = False
) -> nn.Conv2d:
    return nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2, groups=groups, bias=bias)


def _two(first: int, second: int, groups: int = 1) -> nn.Module:
    return nn.Sequential(_conv(first, second, 1, groups), _conv(second, first, 1, groups))


def _widths() -> list[Plan]:
    return [
        Plan(
            series="widths",
            name=f"1:{factor**2}",
            what=f"{WIDTH // factor} → {WIDTH * factor} → {WIDTH // factor} channels",
            shape=(WIDTH // factor, SIDE, SIDE),
            make=partial(_two, WIDTH // factor, WIDTH * factor),
        )
        for factor in (1, 2, 4, 8)
    ]


def _groups() -> list[Plan]:
    return [
        Plan(
            series="groups",
            name=f"{factor**2} groups" if factor > 1 else "1 group",
            what=f"{WIDTH * factor} channels twice, {factor**2} groups"
            if factor > 1
            else f"{WIDTH} channels twice, one group",
            shape=(WIDTH * factor, SIDE, SIDE),
            make=partial(_two, WIDTH * factor, WIDTH * factor, factor**2),
        )
        for factor in (1, 2, 4, 8)
    ]


class Parallel(nn.Module):
    """Several narrow 1x1 convolutions of the same input, their outputs side by side."""

    def __init__(self, width: int, pieces: int) -> None:
        """Give `width` channels in all."""
        super().__init__()
        self.pieces = nn.ModuleList(_conv(width, width // pieces) for _ in range(pieces))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width, H, W)."""
        return torch.cat([piece(x) for piece in self.pieces], 1)


def _series(width: int, pieces: int) -> nn.Module:
    return nn.Sequential(*(_conv(width, width) for _ in range(pieces)))


def _fragments() -> list[Plan]:
    inside = (SMALL_SIDE, SMALL_SIDE)
    half = WIDTH // 2
    small = partial(Plan, series="fragments", passes=8)
    return [
        small(
            name="1 piece",
            what=f"one convolution, {WIDTH} → {WIDTH} channels",
            shape=(WIDTH, *inside),
            make=partial(_conv, WIDTH, WIDTH),
        ),
        small(
            name="4 in series",
            what=f"four convolutions, {half} → {half} channels",
            shape=(half, *inside),
            make=partial(_series, half, 4),
        ),
        *(
            small(
                name=f"{pieces} parallel",
                what=f"{pieces} convolutions, {WIDTH} → {WIDTH // pieces} channels, concatenated",
                shape=(WIDTH, *inside),
                make=partial(Parallel, WIDTH, pieces),
            )
            for pieces in (2, 4, 8)
        ),
    ]


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1, with or without ReLU after each of them and a shortcut around all."""

    def __init__(self, *, relu: bool, shortcut: bool) -> None:
        """Go from WIDTH channels to a fourth of them, and back."""
        super().__init__()
        inner = WIDTH // 4
        self.convs = nn.ModuleList(
            (_conv(WIDTH, inner), _conv(inner, inner, 3), _conv(inner, WIDTH))
        )
        self.relu, self.shortcut = relu, shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, WIDTH, H, W)."""
        out = x
        for conv in self.convs:
            out = conv(out)
            out = out.relu() if self.relu else out
        return x + out if self.shortcut else out


def _elementwise() -> list[Plan]:
    named = {"neither": (False, False), "ReLU": (True, False)}
    named |= {"shortcut": (False, True), "both": (True, True)}
    return [
        Plan(
            series="elementwise",
            name=name,
            what="a bottleneck 128 → 32 → 32 → 128 with "
            + {"neither": "neither ReLU nor shortcut", "both": "ReLU and shortcut"}.get(
                name, f"{name} only"
            ),
            shape=(WIDTH, SIDE, SIDE),
            make=partial(Bottleneck, relu=relu, shortcut=shortcut),
        )
        for name, (relu, shortcut) in named.items()
    ]


def shuffle_channels(x: Tensor, groups: int) -> Tensor:
    """Return the channels of (N, C, H, W) dealt out again: (g, C/g) is read as (C/g, g)."""
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class UnitV1(nn.Module):
    """ShuffleNet v1's unit of stride 1: a bottleneck with grouped 1x1 convolutions."""

    def __init__(self, width: int = V1_WIDTH, groups: int = V1_GROUPS) -> None:
        """Go from `width` channels to a fourth of them, and back."""
        super().__init__()
        inner, self.groups = width // 4, groups
        self.reduce = _conv(width, inner, 1, groups, bias=True)
        self.depthwise = _conv(inner, inner, 3, inner, bias=True)
        self.expand = _conv(inner, width, 1, groups, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width, H, W)."""
        out = shuffle_channels(self.reduce(x).relu(), self.groups)
        return (x + self.expand(self.depthwise(out))).relu()


class UnitV2(nn.Module):
    """ShuffleNet v2's unit of stride 1: half of the channels pass by."""

    def __init__(self, width: int = V2_WIDTH) -> None:
        """Keep `width` channels."""
        super().__init__()
        half = width // 2
        self.first = _conv(half, half, bias=True)
        self.depthwise = _conv(half, half, 3, half, bias=True)
        self.last = _conv(half, half, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width, H, W)."""
        kept, out = x.chunk(2, 1)
        out = self.last(self.depthwise(self.first(out).relu())).relu()
        return shuffle_channels(torch.cat((kept, out), 1), 2)


def _units() -> list[Plan]:
    inside = (SMALL_SIDE, SMALL_SIDE)
    small = partial(Plan, series="units", passes=4)
    return [
        small(
            name="ShuffleNet v2",
            what=f"{V2_WIDTH} channels, half of them pass by",
            shape=(V2_WIDTH, *inside),
            make=UnitV2,
        ),
        small(
            name="ShuffleNet v1",
            what=f"{V1_WIDTH} channels, {V1_GROUPS} groups",
            shape=(V1_WIDTH, *inside),
            make=UnitV1,
        ),
    ]
