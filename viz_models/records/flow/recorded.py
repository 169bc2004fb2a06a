"""One forward pass of any network: every call of torch, with what it read and what it gave."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from viz_models import digits
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records.flow.steps import StepStats
from viz_models.records.provenance import Provenance

GIBI = 1 << 30
KINDS = (N_("step"), N_("parameter"), N_("buffer"), N_("constant"))  # of what a step reads
HTML_STEPS = 14  # of the table that a notebook shows


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec:
    """How a network is recorded."""

    statistics: bool = True  # five numbers for each value
    check: bool = True  # run the network once more without being recorded, and compare
    max_bytes: int = 2 * GIBI  # of all values; what is made after that is described, not kept
    unfold_attention: bool = False  # open torch's fused attention modules; their bits may change


@dataclass(frozen=True, slots=True)
class Source:
    """Where one tensor that a step read came from."""

    name: str  # of a step, of a parameter or buffer, or "constant"
    kind: str  # one of KINDS
    output: int = 0  # which output of that step
    shape: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """Return the name, with the number of the output where there are several."""
        return f"{self.name}[{self.output}]" if self.output else self.name


@dataclass(frozen=True, slots=True)
class GradientSize:
    """How large the gradient of the loss is at one value."""

    norm: float  # the root of the sum of squares
    largest: float  # without its sign
    zeros: float  # share of numbers that are exactly 0


@dataclass(frozen=True, slots=True)
class Made:
    """One tensor that a step gave."""

    shape: tuple[int, ...]
    dtype: str  # as torch says it: "float32"
    bytes: int
    stats: StepStats | None = None  # of |z| for complex numbers; None for an empty tensor
    kept: bool = True
    gradient: GradientSize | None = None  # None where no gradient comes back


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep:
    """One call of torch."""

    name: str  # "layer1.0.conv1", "layer1.0.add"; inputs come first, as "input"
    function: str  # "torch.conv2d", "torch.Tensor.add"; "input" for an input
    path: str = ""  # the module in whose forward it was called; "" for the network itself
    module: str = ""  # the class of that module
    call: str = ""  # as it was called, tensors by the names of their steps
    inputs: tuple[Source, ...] = ()  # in the order in which they stand in the call
    outputs: tuple[Made, ...] = ()
    kernels: tuple[str, ...] = ()  # what ran below it: "aten.convolution.default"

    @property
    def op(self) -> str:
        """Return the last word of the function: "conv2d"."""
        return self.function.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Check:
    """What a forward pass that nobody recorded gave, compared with the recorded one."""

    compared: int  # tensors in the network's output
    difference: float  # the largest |recorded − bare|; 0 where all bits agree
    exact: bool
    seconds: float = 0.0  # that the bare forward took
    recorded_seconds: float = 0.0  # that the recorded one took

    @property
    def text(self) -> str:
        """Say "bit-exact", or how large the difference is."""
        if self.exact:
            return _("bit-exact")
        if not np.isfinite(self.difference):
            return _("another output than without recording")
        return _("differs by {difference} from a bare forward pass").format(
            difference=digits.digits(self.difference, 2)
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Recorded:
    """One forward pass of any network, every intermediate value kept."""

    network: str  # the class
    spec: RecordSpec
    steps: tuple[RecordedStep, ...]  # the inputs first, then every call in order
    values: tuple[tuple[np.ndarray | None, ...], ...]  # of each step one array an output
    gradients: tuple[tuple[np.ndarray | None, ...], ...] = ()  # as `values`; empty without a loss
    loss: float | None = None
    loss_name: str = ""  # "sum", or what the function is called
    outputs: tuple[Source, ...]  # where the tensors of the network's output came from
    output_names: tuple[str, ...] = ()  # of these: "logits", "boxes.0"; "" for a single tensor
    parameters: int
    check: Check | None
    left_out: int = 0  # values that were not kept, because of the limit
    fused: tuple[str, ...] = ()  # modules that are one step, because torch runs them fused
    provenance: Provenance

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what a reader must know: values left out, modules in one step."""
        limit = self.spec.max_bytes / (1 << 20)
        kept = ngettext(
            "{n} value was not kept: the limit is {limit:,.0f} MiB",
            "{n} values were not kept: the limit is {limit:,.0f} MiB",
            self.left_out,
        )
        notes = [kept.format(n=self.left_out, limit=limit)] if self.left_out else []
        one = _("{name} is one step: torch runs it fused")
        return (*notes, *(one.format(name=name) for name in self.fused))

    def index(self, name: str) -> int:
        """Position of a step; raises KeyError with the name if there is none."""
        for i, step in enumerate(self.steps):
            if step.name == name:
                return i
        raise KeyError(name)

    def value(self, name: str, output: int = 0) -> np.ndarray:
        """Return what a step gave, with its batch axis.

        Raises:
            KeyError: If there is no such step.
            ValueError: If the value was not kept, because of the limit of memory.
        """
        found = self.values[self.index(name)][output]
        if found is None:
            limit = digits.memory(self.spec.max_bytes)
            raise ValueError(f"the value of {name} was not kept: the limit is {limit}")
        return found

    def gradient(self, name: str, output: int = 0) -> np.ndarray:
        """Return the gradient of the loss at what a step gave.

        Raises:
            KeyError: If there is no such step.
            ValueError: If no loss was given, or no gradient comes back to this step.
        """
        if self.loss is None:
            raise ValueError("no gradients were recorded: call trace(net, x, loss=...)")
        found = self.gradients[self.index(name)][output]
        if found is None:
            raise ValueError(f"no gradient comes back to {name}")
        return found

    def given(self) -> list[dict[str, object]]:
        """Return one row for each tensor of the network's output: its name, and who made it."""
        named = zip(self.output_names, self.outputs, strict=False)
        return [
            {"output": name, "step": source.text, "kind": source.kind, "shape": source.shape}
            for name, source in named
        ]

    def __iter__(self) -> Iterator[RecordedStep]:
        """Go through the steps."""
        return iter(self.steps)

    def __len__(self) -> int:
        """Count the steps, inputs included."""
        return len(self.steps)

    def rows(self) -> list[dict[str, object]]:
        """Return one row for each tensor that a step gave, in plain Python values."""
        return [
            _facts(step, k, made) | (_slope(made) if self.loss is not None else {})
            for step in self.steps
            for k, made in enumerate(step.outputs)
        ]

    @property
    def bytes(self) -> int:
        """Return what the values take in memory."""
        return sum(v.nbytes for given in self.values for v in given if v is not None)

    def __repr__(self) -> str:
        """Return one line: which network, how many steps, and whether its output is bit-exact."""
        said = f": {self.check.text}" if self.check else ""
        size = f"{len(self.steps)} steps, {digits.memory(self.bytes)}"
        return f"Recorded({self.network}, {size}{said})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the line, and a table of the first and the last steps."""
        rows = [_row(step) for step in self.steps]
        if len(rows) > HTML_STEPS:
            left_out = f"<td colspan=5>{len(rows) - HTML_STEPS + 1} more steps</td>"
            rows[HTML_STEPS - 5 : -4] = [f"<tr><td>…</td>{left_out}</tr>"]
        names = ("step", "function", "output", "mean", "std", "zeros")
        head = "".join(f"<th>{name}</th>" for name in names)
        return f"<p>{escape(repr(self))}</p><table><tr>{head}</tr>{''.join(rows)}</table>"


def _facts(step: RecordedStep, output: int, made: Made) -> dict[str, object]:
    stats = made.stats
    numbers = ("mean", "std", "min", "max", "zeros")
    return {
        "step": step.name,
        "output": output,
        "function": step.function,
        "module": step.module,
        "path": step.path,
        "shape": made.shape,
        "dtype": made.dtype,
        "bytes": made.bytes,
        **{name: float(getattr(stats, name)) if stats else None for name in numbers},
        "inputs": tuple(source.text for source in step.inputs),
        "call": step.call,
    }


def _slope(made: Made) -> dict[str, object]:
    names = ("norm", "largest", "zeros")
    size = made.gradient
    return {f"gradient_{name}": getattr(size, name) if size else None for name in names}


def _row(step: RecordedStep) -> str:
    made = step.outputs[0] if step.outputs else None
    stats = made.stats if made else None
    numbers = ("", "", "")
    if stats:
        numbers = (digits.digits(stats.mean), digits.digits(stats.std), digits.percent(stats.zeros))
    shape = digits.shape(made.shape) if made else ""
    cells = (escape(step.name), escape(step.op), shape, *numbers)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
