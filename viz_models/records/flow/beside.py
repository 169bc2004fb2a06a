"""Two recorded networks, step by step: which steps have a partner, and how far their values lie."""

from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import Literal

from viz_models import digits
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records.flow.recorded import Check, Made, RecordedStep
from viz_models.records.flow.values import Cell

Meeting = Literal["same", "values differ", "shapes differ", "only in A", "only in B", "not kept"]
HTML_PAIRS = 14  # of the table that a notebook shows
_COUNTED: dict[Meeting, str] = {
    N_("same"): N_("{n} are the same"),
    N_("values differ"): N_("{n} differ"),
    N_("shapes differ"): N_("{n} have another shape"),
    N_("only in A"): N_("{n} are only in A"),
    N_("only in B"): N_("{n} are only in B"),
    N_("not kept"): N_("{n} were not kept"),
}
NUMBERS = (N_("mean"), N_("std"), N_("min"), N_("max"), N_("zeros"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPair:
    """One output of a step in network A, beside that of the step with the same name in B."""

    name: str
    output: int  # which of the step's outputs
    meeting: Meeting
    a: RecordedStep | None  # None where A has no such step, or no such output of it
    b: RecordedStep | None
    difference: float | None = None  # the largest |a − b|; ∞ where one of them alone is NaN or ∞
    relative: float | None = None  # that, divided by the largest |a|
    cell: Cell | None = None  # where it is largest
    gradient_difference: float | None = None  # the largest one of the gradients, with a loss

    def made(self, side: Literal["a", "b"]) -> Made | None:
        """Return the tensor of one of the two networks."""
        step = self.a if side == "a" else self.b
        return None if step is None else step.outputs[self.output]

    @property
    def is_alone(self) -> bool:
        """Whether only one of the two networks has it."""
        return self.a is None or self.b is None


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SideBySide:
    """Two recorded networks compared: every step of both, in the order in which they ran."""

    a: str  # the class of the first network
    b: str
    checks: tuple[Check | None, Check | None]  # each beside a bare forward of its own
    pairs: tuple[StepPair, ...]  # steps of B alone stand after the last step that both have

    @property
    def parting(self) -> StepPair | None:
        """Return the first step that both have and that is not the same in both.

        Where there is none, the first one that only one of them has; None where all are the same.
        """
        apart = (p for p in self.pairs if p.meeting in ("values differ", "shapes differ"))
        return next(apart, next(iter(self.alone), None))

    @property
    def alone(self) -> tuple[StepPair, ...]:
        """Return the steps that have no partner."""
        return tuple(pair for pair in self.pairs if pair.is_alone)

    @property
    def counts(self) -> Counter[Meeting]:
        """Count how many outputs of steps are the same, differ, or are alone."""
        return Counter(pair.meeting for pair in self.pairs)

    @property
    def sentence(self) -> str:
        """Say in one line where the two part."""
        part, count = self.parting, self.counts
        if part is None:
            left = _("; not kept: {n}").format(n=count["not kept"]) if count["not kept"] else ""
            return ngettext(
                "{n} tensor is the same in both, bit for bit{left}.",
                "{n} tensors are the same in both, bit for bit{left}.",
                count["same"],
            ).format(n=count["same"], left=left)
        counted = (_(said).format(n=count[k]) for k, said in _COUNTED.items() if count[k])
        return _("They part at {name}: {how}. Of {n} tensors {counted}.").format(
            name=part.name, how=_how(part), n=len(self.pairs), counted=", ".join(counted)
        )

    def rows(self) -> list[dict[str, object]]:
        """Return one row for each pair, in plain Python values."""
        return [_facts(pair) for pair in self.pairs]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.pairs)

    def __repr__(self) -> str:
        """Return one line."""
        return f"SideBySide({self.a}, {self.b}: {self.sentence})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the line, and the pairs around the place of parting."""
        at = self.pairs.index(self.parting) if self.parting else 0
        shown = self.pairs[max(0, at - 3) :][:HTML_PAIRS]
        rows = "".join(_row(pair) for pair in shown)
        names = ("step", "", "A", "B", "largest difference")
        head = "".join(f"<th>{name}</th>" for name in names)
        left = len(self.pairs) - len(shown)
        more = f"<p>{left} more; .frame() has them all</p>" if left else ""
        line = f"A: {self.a}, B: {self.b}. {self.sentence}"
        return f"<p>{escape(line)}</p><table><tr>{head}</tr>{rows}</table>{more}"


def _how(pair: StepPair) -> str:
    """Say how far the two lie apart at the step at which they part."""
    if pair.meeting == "only in A":
        return _("B has no such step")
    if pair.meeting == "only in B":
        return _("A has no such step")
    if pair.meeting == "shapes differ":
        return _("the shape is {a} in A and {b} in B").format(
            a=_shape(pair, "a"), b=_shape(pair, "b")
        )
    return _("values differ by {difference} at most").format(
        difference=digits.digits(pair.difference or 0, 3)
    )


def _shape(pair: StepPair, side: Literal["a", "b"]) -> str:
    made = pair.made(side)
    return "" if made is None else digits.shape(made.shape) or _("one number")


def _facts(pair: StepPair) -> dict[str, object]:
    row: dict[str, object] = {
        "step": pair.name,
        "output": pair.output,
        "meeting": pair.meeting,
        "difference": pair.difference,
        "relative": pair.relative,
        "cell": pair.cell,
    }
    if pair.gradient_difference is not None:
        row["gradient_difference"] = pair.gradient_difference
    for side, step in (("a", pair.a), ("b", pair.b)):
        made = pair.made("a" if side == "a" else "b")
        stats = made.stats if made else None
        row |= {
            f"{side}_function": step.function if step else None,
            f"{side}_shape": made.shape if made else None,
            f"{side}_dtype": made.dtype if made else None,
        }
        row |= {
            f"{side}_{name}": float(getattr(stats, name)) if stats else None for name in NUMBERS
        }
    return row


def _row(pair: StepPair) -> str:
    apart = "" if pair.difference is None else digits.exact(pair.difference)
    cells = (pair.name, pair.meeting, _shape(pair, "a"), _shape(pair, "b"), apart)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
