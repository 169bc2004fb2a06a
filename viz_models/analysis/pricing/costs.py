"""What a step costs, by formula: parameters, multiply-adds and bytes.

Only sums of products count as multiply-adds, as in torch's FlopCounterMode (which counts two
floating point operations for each): batch norm, ReLU, add and pooling are 0.
"""

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


def macs(step: Step) -> int:
    """Multiply-adds of one step; its shapes must be known.

    A convolution spends (C_in / groups) * kh * kw on each output value, a linear layer
    C_in; a bias is an addition and does not count.
    """
    values = prod(step.output_shape)
    if step.op == "conv2d" and step.kernel_size is not None:
        return values * (step.input_shapes[0][0] // step.groups) * prod(step.kernel_size)
    if step.op == "linear":
        return values * step.input_shapes[0][-1]
    return 0


def output_bytes(step: Step) -> int:
    """What the step's output takes in memory, as float32."""
    return prod(step.output_shape) * FLOAT32


def totals(steps: Iterable[Step]) -> Totals:
    """Sums over all steps; the input's own bytes are included."""
    kept = list(steps)
    return Totals(
        sum(s.parameters for s in kept), sum(s.macs for s in kept), sum(s.bytes for s in kept)
    )
