"""One value, exactly: how it came about and what it reacts to."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.flow.steps import Op

Cell = tuple[int, ...]  # (c, y, x) in a map, (c,) in a vector


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The part of one input channel that a value was computed from."""

    channel: int  # of the input
    patch: np.ndarray  # (kh, kw): input values, 0 in the padding
    inside: np.ndarray  # (kh, kw) bool: False where the patch lies in the padding
    kernel: np.ndarray | None  # (kh, kw) weights, None where there are none (pooling)
    total: float  # what this window adds to the value: sum of patch * kernel, max or sum of patch


@dataclass(frozen=True, slots=True)
class Number:
    """One symbol of a formula with its value here."""

    symbol: str  # "μ", "γ", "bias"
    value: float
    meaning: str  # "running mean of channel 12"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calculation:
    """How one value came about, recomputed in float64 from torch's own operands."""

    step: str
    op: Op
    cell: Cell
    windows: tuple[Window, ...] = ()  # conv, linear, pooling; the largest |total| first
    rest_count: int = 0  # windows that are not spelled out
    rest_total: float = 0.0  # and what they add
    numbers: tuple[Number, ...] = ()  # operands of the formula, in the order they are used
    formula: str = ""  # with the numbers in it: "(0.31 − 0.12) ÷ √(0.8 + 1e-05) · 1 + 0"
    total: float  # what we get
    torch_value: float  # what torch got
    tolerance: float  # 1e-5 of the sum of absolute terms

    @property
    def difference(self) -> float:
        """|ours - torch's|."""
        return abs(self.total - self.torch_value)

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than rounding."""
        return self.difference <= self.tolerance


@dataclass(frozen=True, slots=True)
class Merge:
    """How much a residual branch changes the stream it is added to."""

    branch: str  # step that ends the branch F(x)
    stream: str  # step that brings x, or its 1x1 projection
    branch_norm: float  # ||F(x)||, over all values
    stream_norm: float  # ||x||
    cosine: float

    @property
    def ratio(self) -> float:
        """||F(x)|| / ||x||."""
        return self.branch_norm / self.stream_norm if self.stream_norm else float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """What one value really reacts to: |d value / d input|, summed over the input channels."""

    gradient: np.ndarray  # (224, 224), >= 0
    box: tuple[int, int, int, int]  # theoretical: top, left, bottom, right; may leave the photo
