"""What a layer over n tokens costs: attention, recurrence, convolution."""

from dataclasses import dataclass
from typing import Literal

from viz_models.records.provenance import Provenance

LayerKind = Literal["attention", "fused", "windowed", "recurrence", "convolution"]
LAYER_KINDS: tuple[LayerKind, ...] = (
    "attention",
    "fused",
    "windowed",
    "recurrence",
    "convolution",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSpec:
    """Layers of one width over sentences of growing length."""

    sizes: tuple[int, ...] = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096)  # n, tokens
    path_sizes: tuple[int, ...] = (16, 32, 64, 128, 256, 512, 1024)  # n, for path lengths
    kinds: tuple[LayerKind, ...] = LAYER_KINDS
    width: int = 64  # d, numbers a token
    kernel: int = 3  # k, of the convolution
    window: int = 8  # r, keys that restricted attention sees
    repeats: int = 9  # timed passes a point
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPoint:
    """One layer over one sentence, batch of 1."""

    kind: LayerKind
    n: int
    multiply_adds: int  # counted by torch, matrix products and convolutions
    chain: int  # operations that must wait for each other, counted in the autograd graph
    milliseconds: float  # processor time, fastest forward pass without gradients
    median: float
    peak_bytes: int  # held at once by the forward pass, beyond input and weights


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """How many layers, or steps of the recurrence, until token 1 reaches token n."""

    kind: LayerKind
    n: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Of log(what) over log(n), least squares over the sizes that were fitted."""

    kind: LayerKind
    what: Literal["multiply_adds", "chain", "milliseconds", "peak_bytes"]
    value: float
    fitted: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRun:
    """All that was measured; less than the spec asks for where a run was stopped."""

    spec: CostSpec
    points: tuple[CostPoint, ...]
    paths: tuple[PathPoint, ...]
    slopes: tuple[Slope, ...]
    provenance: Provenance

    def of(self, kind: LayerKind) -> tuple[CostPoint, ...]:
        """Return the points of one layer, the shortest sentence first."""
        return tuple(p for p in self.points if p.kind == kind)
