"""The memory of a dense block: what is kept for the backward pass, and what checkpointing keeps."""

from dataclasses import dataclass
from typing import Literal

from viz_models.records.provenance import Provenance

Keeping = Literal["keep", "checkpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseMemorySpec:
    """Dense blocks of growing depth; a layer is BatchNorm, ReLU and a 3x3 convolution.

    The first layer reads `growth` maps, and every layer adds `growth` maps.
    """

    growth: int = 12  # k of the paper
    side: int = 32  # height and width of all maps
    depths: tuple[int, ...] = (1, 2, 4, 6, 8, 12, 16, 24, 32)  # L
    repeats: int = 3  # of which the fastest is reported
    seed: int = 0

    @property
    def square(self) -> int:
        """Bytes of the `growth` maps that one layer adds, in float32."""
        return 4 * self.growth * self.side**2


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseStep:
    """One training step of one block."""

    depth: int
    keeping: Keeping
    held_bytes: int  # between the forward and the backward pass, beyond input and parameters
    peak_bytes: int  # the most at any time of the step
    forward_ms: float  # processor time
    backward_ms: float
    mean_updates: float  # how often the running mean was moved, in updates of one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseMemory:
    """All blocks of a spec, both ways."""

    spec: DenseMemorySpec
    steps: tuple[DenseStep, ...]
    largest_difference: float  # between the gradients of both ways, over all blocks
    provenance: Provenance

    def step(self, depth: int, keeping: Keeping) -> DenseStep:
        """Return the step of one block; raise StopIteration where it was not measured."""
        return next(s for s in self.steps if (s.depth, s.keeping) == (depth, keeping))

    def formula_bytes(self, depth: int, keeping: Keeping) -> int:
        """Return what the formulas say of a block with so many layers.

        Keeping everything holds the concatenation and its normalized copy in every layer:
        2 * W * H * k * (1 + 2 + ... + L) numbers, which is W * H * k * L * (L + 1). Checkpointing
        holds what later layers read: W * H * k * (L - 1) numbers.
        """
        if keeping == "keep":
            return self.spec.square * depth * (depth + 1)
        return self.spec.square * (depth - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseNetMemory:
    """torchvision's DenseNet121 in one training step, both ways."""

    side: int
    kept_bytes: int
    checkpointed_bytes: int
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseRecord:
    """What the page opens with."""

    blocks: DenseMemory
    network: DenseNetMemory
