"""Specs (what was asked for) and results (what was computed). No torch, no streamlit.

Shapes leave the batch axis out: every trace is of one photo, so C H W for maps and C for
vectors. Arrays in results are float32 unless said otherwise and must not be written to:
several sessions may look at the same one.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Op = Literal[
    "input",
    "conv2d",
    "batch_norm",
    "relu",
    "max_pool2d",
    "avg_pool2d",
    "add",
    "adaptive_avg_pool2d",
    "flatten",
    "linear",
    "other",
]
Pair = tuple[int, int]  # (vertical, horizontal)
Cell = tuple[int, ...]  # (c, y, x) in a map, (c,) in a vector


# ---------------------------------------------------------------- what was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRef:
    """Which photo. The pixels themselves travel beside the spec, never inside it."""

    kind: Literal["sample", "upload"] = "sample"
    name: str = "cat"  # a sample's name, or "upload"
    sha256: str = ""  # of the decoded RGB pixels; empty for a sample, whose name says it all


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """Which network with which weights."""

    name: str = "resnet18"
    weights: Literal["random"] = "random"
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSpec:
    """One forward pass: this photo through that network."""

    image: ImageRef = ImageRef()
    model: ModelRef = ModelRef()


# ---------------------------------------------------------------- the photo


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded picture, upright and without alpha."""

    ref: ImageRef
    pixels: np.ndarray  # (H, W, 3) uint8, sRGB
    original_size: Pair  # (H, W) in the file, after EXIF rotation
    notes: tuple[str, ...] = ()  # what had to be converted, one plain sentence each
    credit: str = ""  # author and licence, for sample photos


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What preprocessing made of a photo: resize, center crop, scale to 0..1, normalize."""

    tensor: np.ndarray  # (3, 224, 224): what the network gets
    cropped: np.ndarray  # (224, 224, 3) uint8: the same before normalization
    resized_size: Pair  # (H, W) after the short side became 256
    crop_box: tuple[int, int, int, int]  # top, left, bottom, right in the resized photo
    mean_before: tuple[float, ...]  # per channel, of the crop scaled to 0..1
    std_before: tuple[float, ...]
    mean_after: tuple[float, ...]  # per channel, of `tensor`
    std_after: tuple[float, ...]
    normalize_mean: tuple[float, ...]  # what is subtracted, per channel
    normalize_std: tuple[float, ...]  # what is divided by


# ---------------------------------------------------------------- the network, step by step


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What one value of a step can see of the input; skips count through their widest path.

    The value at (y, x) sees rows `start[0] + y * jump[0]` up to (not including) that plus
    `size[0]`, and columns likewise; both may lie outside the photo, in the padding.
    """

    size: Pair  # input pixels
    jump: Pair  # input pixels between neighbours of the step
    start: Pair  # first input row and column that the value at (0, 0) sees; often negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a network, named as torchvision's feature extraction names it."""

    name: str  # "layer1.0.relu_1"; "input" for the photo
    op: Op
    group: str  # "input", "stem", "layer1.0" ... "head": what folds together in the diagram
    module: str = ""  # the nn.Module behind it, "" for input, add and flatten
    inputs: tuple[str, ...] = ()  # names of the steps it reads, in torch's order
    input_shapes: tuple[tuple[int, ...], ...] = ()
    output_shape: tuple[int, ...] = ()
    kernel_size: Pair | None = None
    stride: Pair | None = None
    padding: Pair | None = None
    dilation: Pair | None = None
    groups: int = 1
    parameters: int = 0
    macs: int = 0  # multiply-adds
    bytes: int = 0  # of the output, float32
    receptive_field: ReceptiveField | None = None  # None once it covers everything (flatten, fc)


@dataclass(frozen=True, slots=True)
class StepStats:
    """Five numbers about one step's output."""

    mean: float
    std: float  # population
    min: float
    max: float
    zeros: float  # share of values that are exactly 0, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a number comes from."""

    kind: Literal["measured now", "recorded run", "illustration"] = "measured now"
    device: str = "cpu"
    seed: int | None = None
    date: str = ""  # ISO, for recorded runs
    versions: str = ""  # "torch 2.14.1"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trace:
    """One forward pass, every intermediate value kept."""

    spec: TraceSpec
    steps: tuple[Step, ...]  # the input first, then every operation in order
    values: tuple[np.ndarray, ...]  # one per step, shaped as its output_shape
    stats: tuple[StepStats, ...]
    probabilities: np.ndarray  # (classes,) softmax of the last step
    provenance: Provenance

    def index(self, name: str) -> int:
        """Position of a step; raises KeyError with the name if there is none."""
        for i, step in enumerate(self.steps):
            if step.name == name:
                return i
        raise KeyError(name)

    def value(self, name: str) -> np.ndarray:
        """The output of the step with that name."""
        return self.values[self.index(name)]

    @property
    def bytes(self) -> int:
        """What it holds in memory."""
        return sum(v.nbytes for v in self.values)


# ---------------------------------------------------------------- one value, exactly


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


# ---------------------------------------------------------------- lines of a card


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a ledger: what it is on the left, its number on the right."""

    label: str
    value: str = ""
    note: str = ""  # small, muted
    role: Literal["plain", "number", "chosen", "checked", "warning", "muted"] = "plain"
    term: str = ""  # glossary entry that explains the label on hover
    rule: bool = False  # a thin line above, as over a sum
