"""Where two paths meet: which one is the residual branch, and how much it changes the stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from viz_models.records import Merge, Step, Trace


@dataclass(frozen=True, slots=True)
class Paths:
    """The two ways from a fork to an add, each in order; the fork itself is on neither."""

    fork: str  # the last step that both operands come from
    branch: tuple[Step, ...]  # F(x): the longer way
    stream: tuple[Step, ...]  # x: empty for an identity, else its projection
    branch_first: bool  # whether torch's first operand is the branch

    @property
    def branch_end(self) -> str:
        """The operand that brings F(x)."""
        return self.branch[-1].name

    @property
    def stream_name(self) -> str:
        """x, or what became of it on the way: W·x through a convolution, x′ through anything."""
        if not self.stream:
            return "x"
        return "W·x" if any(step.op == "conv2d" for step in self.stream) else "x′"

    @property
    def stream_end(self) -> str:
        """The operand that brings x."""
        return self.stream[-1].name if self.stream else self.fork


def paths(steps: Sequence[Step], name: str) -> Paths:
    """Follow both operands of an add back to where they part.

    The branch is the way with the larger windows, for a projection's are 1x1; where they are
    alike, the longer way; where both are as long, torch's first operand, as in
    `out += identity`.

    Args:
        steps: All steps of the network, in order.
        name: An add.

    Raises:
        ValueError: If there is no such add, or if its operands are one step or never part.
    """
    by_name = {step.name: step for step in steps}
    step = by_name.get(name)
    if step is None or step.op != "add" or len(set(step.inputs)) != 2:
        raise ValueError(f"{name} does not add two steps; choose an add")
    if step.in_time:
        raise ValueError(f"{name} adds what a cell reads and what it carries; choose another add")
    first, second = (_origins(operand, by_name) for operand in step.inputs)
    common = first & second
    if not common:
        raise ValueError(f"the operands of {name} have no step in common")
    fork = [s.name for s in steps if s.name in common][-1]
    ways = [tuple(s for s in steps if s.name in own) for own in (first - second, second - first)]
    branch_first = _weight(ways[0]) >= _weight(ways[1])
    branch, stream = ways if branch_first else ways[::-1]
    return Paths(fork, branch, stream, branch_first)


def is_dense(step: Step, steps: Sequence[Step]) -> bool:
    """Whether a concatenation keeps an input beside what was computed from it, as DenseNet does.

    Args:
        step: A concatenation.
        steps: All steps of the network, in order.
    """
    by_name = {s.name: s for s in steps}
    origins = {name: _origins(name, by_name) - {name} for name in step.inputs}
    return any(name in found for found in origins.values() for name in step.inputs)


def merge(trace: Trace, name: str) -> Merge:
    """Lengths of branch and stream at an add, and the angle between them.

    He et al. 2015, arXiv:1512.03385, eq. 1 and 2: y = F(x) + x, or F(x) + W_s x.

    Args:
        trace: A forward pass.
        name: An add of two steps.

    Returns:
        Euclidean norms over all values, in float64; the cosine is 0 where a norm is 0.

    Raises:
        ValueError: If there is no such add.
    """
    ways = paths(trace.steps, name)
    branch = trace.value(ways.branch_end).astype(np.float64).ravel()
    stream = trace.value(ways.stream_end).astype(np.float64).ravel()
    branch_norm, stream_norm = float(np.linalg.norm(branch)), float(np.linalg.norm(stream))
    lengths = branch_norm * stream_norm
    cosine = float(branch @ stream) / lengths if lengths else 0.0
    return Merge(ways.branch_end, ways.stream_end, branch_norm, stream_norm, cosine)


def _weight(way: Sequence[Step]) -> tuple[int, int]:
    return max((prod(s.kernel_size or (0,)) for s in way if s.op == "conv2d"), default=0), len(way)


def _origins(name: str, by_name: Mapping[str, Step]) -> set[str]:
    """Return a step and everything it was computed from."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += by_name[current].inputs
    return found
