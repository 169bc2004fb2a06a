"""A network step by step, and one forward pass through it."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np

from viz_models import digits
from viz_models.records.flow.inputs import Pair, TraceSpec
from viz_models.records.provenance import Provenance

Op = Literal[
    "input",
    "conv2d",
    "batch_norm",
    "relu",
    "max_pool2d",
    "avg_pool2d",
    "add",
    "cat",  # side by side as channels
    "pointwise",  # every position from the same position alone, in a way not told apart here
    "adaptive_avg_pool2d",
    "flatten",
    "linear",
    "split",  # some of the maps, as they are
    "mul",  # two tensors, value by value; gates of one value a map count for all of it
    "mean",  # of every map
    "layer_norm",
    "attention",
    "rearrange",  # the same values at other places
    "other",
]


_IN_TIME = re.compile(r"l\d+(_reverse)?\.\d+")  # a layer, as torch calls it, and a step
Spans = tuple[Pair, ...]  # first input row, and the one behind the last, for each row of a step


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What one value of a step can see of the input; skips count through their widest path.

    The value at (y, x) sees rows `start[0] + y * jump[0]` up to (not including) that plus
    `size[0]`, and columns likewise; both may lie outside the photo, in the padding.
    """

    size: Pair  # input pixels
    jump: Pair  # input pixels between neighbours of the step
    start: Pair  # first input row and column that the value at (0, 0) sees; often negative
    spans: tuple[Spans, Spans] | None = None  # of the rows and of the columns; see below

    @property
    def at_most(self) -> bool:
        """Whether `size` is a bound, because values see parts of different places and sizes.

        That is so behind attention in windows. `spans` then says for each row of the step from
        which input row up to (not including) which it sees, and the same for each column.
        """
        return self.spans is not None


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
    channels_last: bool = False  # shapes are H W C, as between some layers of ConvNeXt and Swin
    parameters: int = 0
    macs: int = 0  # multiply-adds
    bytes: int = 0  # of the output, float32
    receptive_field: ReceptiveField | None = None  # None once it covers everything (flatten, fc)

    @property
    def in_time(self) -> bool:
        """Whether it is part of one step in time of an unrolled recurrent network."""
        return _IN_TIME.fullmatch(self.group) is not None


@dataclass(frozen=True, slots=True)
class StepStats:
    """Five numbers about one step's output."""

    mean: float
    std: float  # population
    min: float
    max: float
    zeros: float  # share of values that are exactly 0, 0..1


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
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
        """Return the output of the step with that name."""
        return self.values[self.index(name)]

    @property
    def bytes(self) -> int:
        """Return what the values take in memory."""
        return sum(v.nbytes for v in self.values)

    def __repr__(self) -> str:
        """Return one line: which network, which photo, how many steps."""
        image, model = self.spec.image, self.spec.model
        network = model.name if model.build is None else "a built network"
        photo = "an upload" if image.kind == "upload" else f"sample {image.name}"
        size = f"{len(self.steps)} steps, {digits.memory(self.bytes)}"
        return f"Trace({network}, {model.weights} weights, {photo}: {size})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the line, and a table of the first and the last steps."""
        rows = [_row(step, stats) for step, stats in zip(self.steps, self.stats, strict=True)]
        if len(rows) > HTML_ROWS:
            left_out = f"<td colspan=4>{len(rows) - HTML_ROWS + 1} more steps</td>"
            rows[HTML_ROWS - 4 : -3] = [f"<tr><td>…</td>{left_out}</tr>"]
        head = "<tr><th>step</th><th>output</th><th>parameters</th><th>mean</th><th>std</th></tr>"
        return f"<p>{escape(repr(self))}</p><table>{head}{''.join(rows)}</table>"


HTML_ROWS = 12  # of the table that a notebook shows


def _row(step: Step, stats: StepStats) -> str:
    cells = (
        escape(step.name),
        "×".join(map(str, step.output_shape)),
        f"{step.parameters:,}",
        digits.digits(stats.mean),
        digits.digits(stats.std),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
