"""Walks of optimizers down a loss: what was asked, every step, and where many starts end."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

SurfaceName = Literal[
    "valleys", "weight", "bowl", "ravine", "saddle", "rosenbrock", "two", "weights"
]
OptimizerKey = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
ScheduleName = Literal["constant", "step", "cosine", "warmup"]

OPTIMIZERS: tuple[OptimizerKey, ...] = (
    *("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"),
)
SCHEDULES: tuple[ScheduleName, ...] = ("constant", "step", "cosine", "warmup")
WALKING, GONE = -1, -2  # labels of a start that ends at no minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class DescendSpec:
    """One start, from which every optimizer walks."""

    surface: SurfaceName = "valleys"
    start: tuple[float, ...] = (-2.5,)  # as many numbers as the surface has weights
    rate: float = 0.1
    steps: int = 300
    schedule: ScheduleName = "constant"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasinSpec:
    """A grid of starts over the whole picture, from each of which every optimizer walks."""

    surface: SurfaceName = "valleys"
    rate: float = 0.1
    steps: int = 300
    schedule: ScheduleName = "constant"
    points: int = 241  # starts along each weight
    optimizers: tuple[OptimizerKey, ...] = OPTIMIZERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point where the gradient is zero."""

    kind: Literal["minimum", "maximum", "saddle"]
    at: tuple[float, ...]
    loss: float
    gradient: float  # the largest entry of what autograd finds there, without sign


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Terrain:
    """The loss as a picture, and its places. D weights, 1 or 2."""

    surface: SurfaceName
    names: tuple[str, ...]  # of the weights
    low: tuple[float, ...]  # edges of the picture, one for each weight
    high: tuple[float, ...]
    losses: np.ndarray  # (P,) or (rows by the second weight, columns by the first) float64
    places: tuple[Place, ...]  # minima first, the lowest loss first

    @property
    def minima(self) -> tuple[Place, ...]:
        """The minima, the lowest loss first."""
        return tuple(p for p in self.places if p.kind == "minimum")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walk:
    """One optimizer's walk. T steps, D weights; row t of the states is after step t + 1."""

    optimizer: OptimizerKey
    points: np.ndarray  # (T + 1, D) float64: the weights before the first and after every step
    losses: np.ndarray  # (T + 1,) float64
    gradients: np.ndarray  # (T, D) float64: what each step was given
    states: dict[str, np.ndarray]  # name in torch's `state` -> (T, D) float64
    label: int  # which minimum it ends at, or WALKING or GONE
    arrived: int  # the step after which it stays there; -1 if it ends at no minimum


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walks:
    """All optimizers from one start."""

    spec: DescendSpec
    walks: tuple[Walk, ...]
    rates: np.ndarray  # (T,) float64: the learning rate of every step, as torch's scheduler has it
    provenance: Provenance

    def walk(self, optimizer: OptimizerKey) -> Walk:
        """Return the walk of one optimizer."""
        return next(w for w in self.walks if w.optimizer == optimizer)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Basins:
    """Where every start ends. K optimizers, N starts, row by row of the picture."""

    spec: BasinSpec
    labels: np.ndarray  # (K, N) int8: which minimum, WALKING or GONE
    arrived: np.ndarray  # (K, N) int16: the step after which it stays there; -1 for no minimum
    provenance: Provenance

    def share(self, optimizer: OptimizerKey, label: int) -> float:
        """Return the share of starts with this label, 0..1."""
        mine = self.labels[self.spec.optimizers.index(optimizer)]
        return float((mine == label).mean())

    def median_steps(self, optimizer: OptimizerKey) -> float | None:
        """Return the median of the steps until a start arrives; None if none does."""
        mine = self.arrived[self.spec.optimizers.index(optimizer)]
        return float(np.median(mine[mine >= 0])) if (mine >= 0).any() else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sweep:
    """Where every start ends at every rate. K optimizers, R rates, N starts."""

    spec: BasinSpec  # its rate is not used
    rates: np.ndarray  # (R,) float64
    labels: np.ndarray  # (K, R, N) int8
    arrived: np.ndarray  # (K, R, N) int16
    minima: int

    def share(self, optimizer: OptimizerKey, label: int) -> np.ndarray:
        """Return the share of starts with this label at every rate, (R,), 0..1."""
        mine = self.labels[self.spec.optimizers.index(optimizer)]
        return (mine == label).mean(-1)

    def median_steps(self, optimizer: OptimizerKey) -> np.ndarray:
        """Return the median of the steps until a start arrives, (R,); nan where none does."""
        mine = self.arrived[self.spec.optimizers.index(optimizer)]
        return np.array([np.median(row[row >= 0]) if (row >= 0).any() else np.nan for row in mine])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sweeps:
    """The recorded sweeps, one for each surface."""

    sweeps: tuple[Sweep, ...]
    cpu_seconds: float
    provenance: Provenance

    def of(self, surface: SurfaceName) -> Sweep:
        """Return the sweep of one surface."""
        return next(s for s in self.sweeps if s.spec.surface == surface)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of a step's arithmetic. D numbers, one for each weight."""

    symbol: str
    how: str  # the formula
    value: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepArithmetic:
    """One step of one optimizer, computed again from its formula."""

    optimizer: OptimizerKey
    step: int  # 1 is the first
    terms: tuple[Term, ...]  # the last one is the new weights
    torch: tuple[float, ...]  # the weights that torch has after the step
    difference: float  # the largest, without sign; of the weights and of all states


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MoonsNet:
    """A trained network of two inputs, H tanh units and one output. P weights in all."""

    inputs: np.ndarray  # (E, 2) float64: two moons, standardized
    targets: np.ndarray  # (E,) float64, 0 or 1
    hidden: int  # H
    weights: np.ndarray  # (P,) float64: W1 row by row, b1, W2, b2
    names: tuple[str, ...]  # (P,)
    accuracy: float  # on the inputs, 0..1
    valleys_alone: tuple[int, ...]  # (P,): minima along each weight alone
    pairs: tuple[tuple[int, int, int], ...]  # two weights, and minima in their plane
    provenance: Provenance
