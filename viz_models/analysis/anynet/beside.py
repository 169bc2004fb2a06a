"""Compare two recorded networks step by step: the same names stand beside each other."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from viz_models.records import Cell, Recorded, RecordedStep, SideBySide, StepPair
from viz_models.records.flow.beside import Meeting

_Numbers = np.ndarray | None


def side_by_side(a: Recorded, b: Recorded) -> SideBySide:
    """Put the steps of two networks beside each other, and measure how far their values lie apart.

    Steps are aligned by name, and the order is that of A. Give both the same inputs: the input is
    the first step, and it is compared, too.

    Args:
        a: A recorded forward pass.
        b: Another one, of any other network, or of the same one with other weights.

    Returns:
        One pair for each output of each step. Differences are taken in float64; NaN equals NaN.
    """
    pairs = tuple(
        _pair(name, output, (a, ours), (b, theirs))
        for name, ours, theirs in _aligned(a, b)
        for output in range(max(len(s.outputs) for s in (ours, theirs) if s))
    )
    return SideBySide(a=a.network, b=b.network, checks=(a.check, b.check), pairs=pairs)


def _aligned(
    a: Recorded, b: Recorded
) -> Iterator[tuple[str, RecordedStep | None, RecordedStep | None]]:
    """Yield the steps of both: those of A in order, those of B alone after the last common one."""
    ours, theirs = {s.name for s in a}, {s.name: s for s in b}
    after: dict[str, list[RecordedStep]] = defaultdict(list)
    last = ""
    for step in b:
        if step.name in ours:
            last = step.name
        else:
            after[last].append(step)
    yield from ((step.name, None, step) for step in after[""])
    for step in a:
        yield step.name, step, theirs.get(step.name)
        yield from ((other.name, None, other) for other in after[step.name])


_Side = tuple[Recorded, RecordedStep | None]


def _pair(name: str, output: int, a: _Side, b: _Side) -> StepPair:
    ours, theirs = (step if step and output < len(step.outputs) else None for _, step in (a, b))
    alone: Meeting | None = "only in A" if theirs is None else "only in B" if ours is None else None
    if alone or ours is None or theirs is None:
        return StepPair(name=name, output=output, meeting=alone or "not kept", a=ours, b=theirs)
    if ours.outputs[output].shape != theirs.outputs[output].shape:
        return StepPair(name=name, output=output, meeting="shapes differ", a=ours, b=theirs)
    values = tuple(made.values[made.index(name)][output] for made, _ in (a, b))
    slopes = tuple(
        made.gradients[made.index(name)][output] if made.gradients else None for made, _ in (a, b)
    )
    apart, relative, cell = _apart(*values)
    meeting: Meeting = "not kept" if apart is None else "values differ" if apart else "same"
    return StepPair(
        name=name,
        output=output,
        meeting=meeting,
        a=ours,
        b=theirs,
        difference=apart,
        relative=relative,
        cell=cell,
        gradient_difference=_apart(*slopes)[0],
    )


def _apart(a: _Numbers, b: _Numbers) -> tuple[float | None, float | None, Cell | None]:
    """Return the largest |a − b|, the same relative to the largest |a|, and where it is."""
    if a is None or b is None or a.shape != b.shape:
        return None, None, None
    if np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc"):
        return 0.0, 0.0, None
    wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    first, second = a.astype(wide), b.astype(wide)
    with np.errstate(invalid="ignore"):
        apart = np.abs(first - second)
    unknown = np.isnan(apart)  # NaN, or ∞ − ∞
    if unknown.any():
        alike = (first == second) | (np.isnan(first) & np.isnan(second))
        apart = np.where(alike, 0.0, np.where(unknown, np.inf, apart))
    at = int(apart.argmax())
    largest = float(apart.flat[at])
    size = float(np.nanmax(np.abs(first), initial=0.0))
    relative = largest / size if size else np.inf
    return largest, float(relative), tuple(int(i) for i in np.unravel_index(at, apart.shape))
