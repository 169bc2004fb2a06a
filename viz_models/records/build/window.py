"""What windows see: a stack of small ones beside one large one, and a bottleneck."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSpec:
    """A stack of equal convolutions; beside it stands the one that reaches as far."""

    layers: int = 3
    kernel_size: int = 3
    dilation: int = 1
    channels: int = 64  # in and out, of every convolution

    @property
    def field(self) -> int:
        """Side of the receptive field, in pixels."""
        return 1 + self.layers * (self.kernel_size - 1) * self.dilation


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sight:
    """What one of the two sees, and what it costs; all of it measured on the module."""

    layers: int
    kernel_size: int
    dilation: int
    reach: int  # side of the square around all pixels with a gradient
    seen: int  # pixels with a gradient
    share: np.ndarray  # (field, field) float64: of the squared gradient; sums to 1
    parameters: int
    macs: int  # multiply-adds, for maps of `Windows.side`
    kept_bytes: int  # for the backward of one example
    milliseconds: float  # median forward of one example

    @property
    def middle(self) -> float:
        """Share of the squared gradient on the 3x3 pixels in the middle."""
        c = len(self.share) // 2
        return float(self.share[max(0, c - 1) : c + 2, max(0, c - 1) : c + 2].sum())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Windows:
    """The two, side by side."""

    spec: WindowSpec
    side: int  # height and width of the maps for costs
    stack: Sight
    single: Sight
    paths: np.ndarray  # (field,) float64: share of the stack's paths from each column; sums to 1
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class BottleneckSpec:
    """A block in the middle of a stage of ResNet-50, or what it would be with another ratio."""

    stage: int = 1  # 1 to 4
    reduce: int = 4  # channels / channels of the 3x3

    @property
    def channels(self) -> int:
        """In and out."""
        return 128 * 2**self.stage

    @property
    def side(self) -> int:
        """Height and width of its maps, for photos of 224 pixels."""
        return 112 // 2**self.stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvFacts:
    """One convolution of a block."""

    kernel_size: int
    inputs: int
    outputs: int
    reach: int  # side of the square that its output sees of the block's input, by gradient
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFacts:
    """One block."""

    convs: tuple[ConvFacts, ...]
    parameters: int  # norms included
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """A bottleneck beside basic blocks: one as wide as its ends, one as wide as its middle."""

    spec: BottleneckSpec
    narrow: BlockFacts
    basic: BlockFacts
    thin: BlockFacts
    provenance: Provenance
