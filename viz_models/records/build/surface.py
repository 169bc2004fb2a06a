"""The loss around a network's weights, with and without skips, before and after training."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.build.builder import ConvSpec
from viz_models.records.provenance import Provenance

SurfaceTime = Literal["before", "after"]  # training
GUESSING = math.log(10)  # nats: the loss of equal scores for all ten digits


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceSpec:
    """Two networks that differ in their skips alone, trained alike, and where to look at them."""

    blocks: int = 20  # of two convolutions each
    width: int = 8  # channels
    steps: int = 200  # of training: SGD with momentum
    batch_size: int = 64
    lr: float = 0.05
    momentum: float = 0.9
    examples: int = 512  # training digits on which every loss is measured
    points: int = 25  # along each direction; odd, so that the middle is one of them
    span: float = 1.0  # as far as directions of the weights' own length go, to both sides
    seed: int = 0  # of weights and batches
    directions: int = 0  # seed of the two directions

    def network(self, *, skips: bool) -> ConvSpec:
        """One of the two: batch norm, and the activation after the sum, as in ResNet."""
        return ConvSpec(
            depths=(self.blocks,),
            widths=(self.width,),
            in_channels=1,
            size=8,
            block="basic",
            connect="residual" if skips else "plain",
            norm="batch",
            activate="sum",
            init="torch",
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surface:
    """One network. Rows run along the first direction, columns along the second."""

    before: np.ndarray  # (points, points) float64: loss in nats around the first weights
    after: np.ndarray  # (points, points) float64: around the trained ones
    training: np.ndarray  # (steps,) float64: loss of each batch, nats
    accuracy: float  # of the trained network on the examples, 0..1

    def values(self, when: SurfaceTime) -> np.ndarray:
        """(points, points) float64: one of the two grids."""
        return self.before if when == "before" else self.after

    def here(self, when: SurfaceTime) -> float:
        """Return the loss of the weights themselves, in the middle."""
        grid = self.values(when)
        return float(grid[len(grid) // 2, len(grid) // 2])

    def better_than_guessing(self, when: SurfaceTime) -> float:
        """Share of the points whose loss is below ln 10, 0..1."""
        return float((self.values(when) < GUESSING).mean())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surfaces:
    """Both networks."""

    spec: SurfaceSpec
    plain: Surface
    skips: Surface
    cpu_seconds: float
    provenance: Provenance

    @property
    def steps(self) -> np.ndarray:
        """(points,) float64: where the grid lies, from -span to span; the middle is exactly 0."""
        half = self.spec.points // 2
        return np.arange(-half, half + 1) / half * self.spec.span
