"""Fine-tuning a digits network on new classes: what is trained, what moves, what is forgotten."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.train.paired import Paired

Trained = Literal["head", "head_eval", "last", "all", "scratch"]
WAYS: tuple[Trained, ...] = ("head", "head_eval", "last", "all", "scratch")
OLD: tuple[int, ...] = (0, 1, 2)  # digits that the first network knows
NEW: tuple[int, ...] = (3, 4, 5, 6, 7, 8, 9)
EXAMPLES: tuple[int, ...] = (50, 200, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeSpec:
    """One run of fine-tuning."""

    way: Trained = "head"
    examples: int = 50  # of the new classes, to train on
    seed: int = 0  # of the first network, the new head, the examples and their order
    steps: int = 200
    base_steps: int = 400  # that the first network was trained for, on the old classes
    batch_size: int = 32
    lr: float = 0.01  # of Adam
    base_lr: float = 0.003


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor of the network, and what fine-tuning did to it."""

    name: str  # "blocks.0.1.running_mean"
    shape: tuple[int, ...]
    parameter: bool  # False: a buffer, which no optimizer knows
    trained: bool  # whether it is given to the optimizer
    before: float  # its norm
    after: float
    moved: float  # norm of the difference / norm before


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrozenRun:
    """How one run ended."""

    spec: FreezeSpec
    new_accuracy: float  # on test digits of the new classes, 0..1
    new_loss: float  # nats
    old_accuracy: float  # the body as it is now, with the old head, on test digits of the old ones
    old_loss: float
    base_accuracy: float  # the same before fine-tuning
    base_loss: float
    tensors: tuple[Tensor, ...]  # of the body; the head is a new one
    means: tuple[np.ndarray, ...]  # running_mean of each block before, (C,) float32
    moved_means: tuple[np.ndarray, ...]  # and after


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FreezeCell:
    """One way with one number of examples; an entry for each seed."""

    way: Trained
    examples: int
    new_accuracy: tuple[float, ...]
    new_loss: tuple[float, ...]
    old_accuracy: tuple[float, ...]
    old_loss: tuple[float, ...]
    moved: dict[str, float]  # tensor -> how far it moved, mean over the seeds
    new_difference: Paired  # new accuracy minus that of a network trained from scratch
    old_difference: Paired  # old accuracy minus that before fine-tuning
    old_loss_difference: Paired


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FreezeGrid:
    """Every way with every number of examples, each with the same seeds."""

    seeds: tuple[int, ...]
    cells: tuple[FreezeCell, ...]
    opened: tuple[
        FrozenRun, ...
    ]  # every way and number with the first seed, opened tensor by tensor
    base_accuracy: tuple[float, ...]  # on the old classes, before
    base_loss: tuple[float, ...]
    old_tests: int  # test digits of the old classes
    new_tests: int
    cpu_seconds: float
    provenance: Provenance

    def cell(self, way: Trained, examples: int) -> FreezeCell:
        """Return one way with one number of examples."""
        return next(c for c in self.cells if (c.way, c.examples) == (way, examples))

    def open(self, way: Trained, examples: int) -> FrozenRun:
        """Return the run of the first seed."""
        return next(r for r in self.opened if (r.spec.way, r.spec.examples) == (way, examples))
