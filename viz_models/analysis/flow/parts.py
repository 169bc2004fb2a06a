"""Which parts of a network can be switched off, and what its steps give then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from viz_models.analysis.flow.merges import paths
from viz_models.records import Step
from viz_models.records.flow.inputs import Off


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the outputs of some steps."""

    zero: frozenset[str] = frozenset()
    maps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # step -> channels
    passed_on: Mapping[str, str] = field(default_factory=dict)  # step -> whose output it gives

    def applied(self, name: str, out: Any) -> Any:  # noqa: ANN401 (what a step gives)
        """Return what a step gives with its zeros; the same object where nothing of it is off."""
        if name in self.zero:
            return torch.zeros_like(out)
        if channels := self.maps.get(name):
            out = out.clone()  # what came before may be the same memory
            out[:, list(channels)] = 0
        return out


NOTHING = Change()


def branches(steps: Sequence[Step]) -> dict[str, str]:
    """Return the adds that have a branch and a stream, and the step that ends the branch, F(x)."""
    found = {}
    for step in steps:
        if step.op == "add" and len(set(step.inputs)) == 2:
            try:
                found[step.name] = paths(steps, step.name).branch_end
            except ValueError:  # two networks side by side: neither is a branch of the other
                continue
    return found


def change_of(steps: Sequence[Step], off: Off) -> Change:
    """Return what is off, in terms of single steps.

    Raises:
        ValueError: If there is no such branch, step or channel; the line says which.
    """
    by_name = {step.name: step for step in steps}
    known = branches(steps) if off.branches else {}
    if unknown := [name for name in off.branches if name not in known]:
        raise ValueError(f"{unknown[0]} adds no branch to a stream; choose from {', '.join(known)}")
    maps: dict[str, tuple[int, ...]] = {}
    for name, channel in off.maps:
        if name not in by_name:
            raise ValueError(f"unknown step {name!r}; choose one of the network's steps")
        if not 0 <= channel < (count := by_name[name].output_shape[0]):
            raise ValueError(f"{name} has no map {channel}; choose 0 to {count - 1}")
        maps[name] = (*maps.get(name, ()), channel)
    return Change(frozenset(known[name] for name in off.branches), maps)
