"""Normalization: who shares a mean with whom, and what that does to values and gradients.

G is the number of groups, and with it of means: C, N, N·C, N·G or N·H·W.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.flow.values import Number
from viz_models.records.provenance import Provenance

Norm = Literal["batch", "layer", "instance", "group", "rms"]
Over = Literal["chw", "c"]
Mode = Literal["train", "eval"]
SourceKind = Literal["layer", "digits", "normal", "uniform", "shifted"]
Nudge = Literal["shift", "channel", "scale", "any"]
KEPT_STEPS = 60  # training batches before eval mode: 0.9^60 = 0.2 % of the start is left
Place = tuple[int, int, int, int]  # (n, c, y, x); also the shape (N, C, H, W)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormSpec:
    """Which norm, as torch would build it; the same gamma and beta for every channel."""

    norm: Norm = "batch"
    over: Over = "chw"  # what normalized_shape covers, for "layer" and "rms" alone
    groups: int = 2  # for "group" alone
    eps: float = 1e-5
    gamma: float = 1.0  # every value of `weight`
    beta: float = 0.0  # every value of `bias`; "rms" has none
    mode: Mode = "train"  # only "batch" cares


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Where the (N, C, H, W) tensor comes from."""

    kind: SourceKind = "layer"
    step: str = "layer1.0.conv1"  # of ResNet18, for "layer"
    photos: tuple[str, ...] = ("cat", "coffee", "rocket", "astronaut", "galaxies", "flower")
    shape: Place = (6, 8, 8, 8)  # for what is drawn; "digits" takes its N alone
    seed: int = 0  # of the weights, or of the draw
    channels: int | None = None  # keep the first ones only
    side: int | None = None  # average every map down to side x side


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Grouping:
    """Which values share one mean."""

    shape: Place
    ids: np.ndarray  # int64, broadcasts to `shape`: the group of each value
    count: int  # G
    size: int  # values in a group, the same for all
    axes: str  # what is averaged over: "N, H, W"
    formula: str  # how many there are: "C", "N · G"

    def group_of(self, place: Place) -> int:
        """Return the group that the value at (n, c, y, x) belongs to."""
        return int(np.broadcast_to(self.ids, self.shape)[place])

    def members(self, place: Place) -> np.ndarray:
        """(N, C, H, W) bool: which values share a mean with the one at (n, c, y, x)."""
        return np.broadcast_to(self.ids == self.group_of(place), self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Degenerate:
    """Groups whose statistics say nothing."""

    kind: Literal["one value", "zero variance"]
    groups: np.ndarray  # (D,) int64: their ids
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """What BatchNorm uses in eval mode."""

    mean: np.ndarray  # (C,)
    variance: np.ndarray  # (C,)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Normalized:
    """One tensor through one norm; all (G,) arrays are float64 and finite."""

    spec: NormSpec
    grouping: Grouping
    mean: np.ndarray  # (G,) of the values that came in
    variance: np.ndarray  # (G,) population
    rms: np.ndarray  # (G,) root of the mean square
    subtracted: np.ndarray  # (G,): the mean, the running mean, or 0 for RMSNorm
    used: np.ndarray  # (G,): the variance, the running variance, or the mean square for RMSNorm
    divided: np.ndarray  # (G,): sqrt(used + eps)
    output: np.ndarray | None  # (N, C, H, W), dtype of x: torch's own; None if torch refused
    mean_after: np.ndarray | None  # (G,) of the output
    variance_after: np.ndarray | None
    max_difference: float | None  # largest |ours - torch's|
    agrees: bool  # no value differs by more than rounding explains
    degenerate: tuple[Degenerate, ...]
    refusal: str  # torch's message where it raised, "" otherwise
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class NormStage:
    """The chosen value and its group at one stage of the line."""

    label: str  # "x", "− μ", "÷ √(σ² + ε)", "· γ + β"
    value: float
    mean: float  # of the group
    low: float  # 5 % of the group lie below
    high: float  # 95 %


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellNorm:
    """How one normalized value came about, recomputed in float64."""

    place: Place
    group: int
    size: int  # values in the group
    members: np.ndarray  # (N, C, H, W) bool
    numbers: tuple[Number, ...]  # x, μ, σ², ε, γ, β, as far as this norm has them
    formula: str  # with the numbers in it
    stages: tuple[NormStage, ...]
    total: float  # what we get
    torch_value: float | None  # None where torch refused
    tolerance: float  # 1e-5 of the sum of absolute terms, for float32

    @property
    def difference(self) -> float | None:
        """|ours - torch's|, None where torch refused."""
        return None if self.torch_value is None else abs(self.total - self.torch_value)

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than rounding."""
        return self.difference is not None and self.difference <= self.tolerance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Influence:
    """What a nudge of one example does to the others, by autograd.

    A printed 0 is exactly zero: nothing is rounded away.
    """

    spec: NormSpec
    nudge: Nudge
    effect: np.ndarray  # (N, N) float64: [i, j] nudge example i, values of j move by this much, rms
    refusal: str = ""  # torch's message where it raised; the effects are then all 0
