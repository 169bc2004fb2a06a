"""What a lesson trains in its own way: a step, a look, and all that it needs to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.records import Evaluation
from viz_models.records.train.lessons import LessonResult

Tensors = dict[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step says of its batch, as the weights before the step see it."""

    loss: float
    accuracy: float
    lr: float
    gradient_norm: float


class Training(Protocol):
    """A training between two steps."""

    total: int  # steps, if nothing ends it earlier
    marks: frozenset[int]  # steps after which its page has something new to draw

    @property
    def over(self) -> bool:
        """Whether no step is left."""

    def step(self) -> Told:
        """Take one step."""

    def test(self) -> Evaluation | None:
        """Return how good the network is now; None where there is no such measure."""

    def result(self) -> LessonResult | None:
        """Return what the page draws so far; None where it draws the end alone."""

    def weights(self) -> Tensors:
        """Return a copy of all weights, by the name of the network and the parameter."""

    def memory(self) -> Tensors:
        """Return a copy of all else that it needs to go on."""

    def restore(self, step: int, weights: Tensors, memory: Tensors) -> None:
        """Go on from what `weights` and `memory` gave after so many steps."""


def told(logits: Tensor, labels: Tensor, net: nn.Module, lr: float) -> Told:
    """Return what a step says, from the logits before it and the gradients that it left."""
    gradients = [p.grad for p in net.parameters() if p.grad is not None]
    return Told(
        loss=F.cross_entropy(logits, labels).item(),
        accuracy=(logits.argmax(1) == labels).float().mean().item(),
        lr=lr,
        gradient_norm=nn.utils.get_total_norm(gradients).item(),
    )


def under(name: str, tensors: Mapping[str, Tensor]) -> Tensors:
    """Return the same tensors with a name before theirs: "base:head.weight"."""
    return {f"{name}:{key}": value for key, value in tensors.items()}


def of(name: str, tensors: Mapping[str, Tensor]) -> Tensors:
    """Return those that `under` gave this name."""
    return {
        key.removeprefix(f"{name}:"): value
        for key, value in tensors.items()
        if key.startswith(f"{name}:")
    }


def states(generators: Sequence[torch.Generator]) -> Tensor:
    """Return where several generators of random numbers stand: (generators, bytes) uint8."""
    return torch.stack([each.get_state() for each in generators])


def set_states(generators: Sequence[torch.Generator], kept: Tensor) -> None:
    """Put generators where `states` found them."""
    for each, state in zip(generators, kept, strict=True):
        each.set_state(state.clone())  # torch reads it as numbers of 8 bytes: it must be aligned
