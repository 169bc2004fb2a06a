"""What the steps of a network cost together."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from viz_models.records import Step

FLOAT32 = 4  # bytes


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole network costs for one photo."""

    parameters: int
    macs: int  # multiply-adds
    bytes: int  # of all outputs, float32


def output_bytes(step: Step) -> int:
    """Return what the step's output takes in memory, as float32."""
    return prod(step.output_shape) * FLOAT32


def totals(steps: Iterable[Step]) -> Totals:
    """Return sums over all steps; the input's own bytes are included."""
    kept = list(steps)
    return Totals(
        sum(s.parameters for s in kept), sum(s.macs for s in kept), sum(s.bytes for s in kept)
    )
