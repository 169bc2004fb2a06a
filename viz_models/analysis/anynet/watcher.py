"""See the steps of a network while it runs, one after the other.

A `Watcher` only counts them, and lets somebody change what one gives. A `Keeper` keeps their values
too, and a `Session` everything else that can be known of them. All see the same steps.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.tensors import found_in
from viz_models.analysis.anynet.writes import Kept, memory_of


@dataclass(eq=False, slots=True)
class Draft:
    """A step while it is made."""

    function: str
    path: str = ""
    module: nn.Module | None = None
    number: int = -1  # among the steps, once it is one
    pattern: str = ""  # of the call: {0}, {1} stand for the sources
    sources: list[tuple[int, int, str, tuple[int, ...]]] = field(default_factory=list)
    outputs: list[Tensor | None] = field(default_factory=list)
    sizes: list[tuple[torch.Size, torch.dtype, int]] = field(default_factory=list)  # of outputs
    kernels: list[str] = field(default_factory=list)
    written: list[Tensor] = field(default_factory=list)
    is_modules_own: bool = False  # whether it gave what its module gave
    tensors: list[Tensor] = field(default_factory=list)  # that it read, until it is done


Given = Callable[[Draft, Any], Any]  # a step, what it gave -> what it gives


class Watcher:
    """Counts the steps of one forward pass. Belongs to one thread."""

    def __init__(self, given: Given | None = None) -> None:
        """Nothing has run yet.

        Args:
            given: Sees what each step gives, and returns that or something else instead.
        """
        self.given = given
        self.count = 0
        self.now: Draft | None = None  # the step that runs

    def take(self, name: str, value: Tensor) -> Tensor:
        """Make an input the next step, and return it."""
        out: Tensor = self.end(Draft(name), value)
        return out

    def begin(self, function: str) -> Draft:
        """Begin a step."""
        self.now = Draft(function)
        return self.now

    def read(self, draft: Draft, args: Iterable[Any], kwargs: Mapping[str, Any]) -> None:
        """Note what a call is given."""

    def end(self, draft: Draft, out: Any) -> Any:  # noqa: ANN401 (whatever a call returns)
        """Count a step, or forget a call that computed nothing; return its output."""
        if type(out).__name__.endswith("_iterator"):
            given = tuple(out)
            out, made = iter(given), list(given)
        else:
            made = found_in(out)
        if made or (made := self.overwritten(draft)):
            draft.number = self.count
            if self.given is not None:
                self.now = draft  # whatever is changed belongs to this step
                try:
                    out = self.given(draft, out)
                finally:
                    self.now = None
                made = found_in(out) or made
            self.add(draft, made)
            self.count += 1
        self.now = None
        return out

    def overwritten(self, draft: Draft) -> list[Tensor]:
        """Return what a call that returns nothing has written to, as `y[0] = x`."""
        return []

    def add(self, draft: Draft, made: list[Tensor]) -> None:
        """Make a draft the next step, with its outputs."""

    def enter(self, module: nn.Module) -> None:
        """Go into the forward of a module."""

    def leave(self, module: nn.Module, out: Any) -> None:  # noqa: ANN401
        """Come back with what it gave."""


class Keeper(Watcher):
    """Keeps the value that every step gave, as it was when it was made."""

    def __init__(self, max_bytes: float = float("inf"), given: Given | None = None) -> None:
        """Nothing has run yet.

        Args:
            max_bytes: Of all values that are kept.
            given: As a watcher's.
        """
        super().__init__(given)
        self.kept = Kept(max_bytes)
        self.owned: set[int | None] = set()  # memory of the network's own tensors
        self.steps: list[Draft] = []

    def overwritten(self, draft: Draft) -> list[Tensor]:
        """Return the first tensor that a call read and has written to."""
        touched = {memory_of(t) for t in draft.written}
        return [t for t in draft.tensors if memory_of(t) in touched][:1] if touched else []

    def add(self, draft: Draft, made: list[Tensor]) -> None:
        """Keep the outputs of a step, if there is room."""
        self.steps.append(draft)
        for output, tensor in enumerate(made):
            place = memory_of(tensor)
            fits = place in self.owned or self.kept.fits(tensor, place)
            draft.outputs.append(tensor if fits else None)
            if fits:
                self.kept.note(draft.outputs, output, place)
