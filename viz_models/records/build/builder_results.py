"""What the shape of a network does to its gradients, as measured."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.build.builder import BuildSpec, RnnSpec
from viz_models.records.provenance import Provenance

RaceLoss = Literal["cross entropy", "sum of squares"]
RaceView = Literal["gradient", "weights", "activation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceSpec:
    """One network of the race and the probe that is sent through it, forward and back."""

    network: BuildSpec  # as it is built: its `size` is that of the probe
    loss: RaceLoss = "cross entropy"
    batch: int = 16  # examples; the same for all networks of a race


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RaceLine:
    """One network with one seed: L blocks, h_0 before the first and h_L after the last.

    Values that float32 could not hold are nan, never 0 and never infinite.
    """

    seed: int
    loss: float
    gradient: np.ndarray  # (L + 1,) float64: ||dL/dh_l|| over the whole batch
    weights: np.ndarray  # (L,) float64: ||dL/dW_l|| over all kernels of block l
    activation: np.ndarray  # (L + 1,) float64: standard deviation of h_l
    overflow: int | None = None  # the block at which float32 could not hold the value any more
    vanished: int | None = None  # the block at which the gradient became exactly 0

    def values(self, view: RaceView) -> np.ndarray:
        """Return what a view draws.

        Gradients relative to the last block, activations as they are.
        """
        if view == "activation":
            return self.activation
        found = self.gradient if view == "gradient" else self.weights
        return found / found[-1]  # nan where the last one is

    def ratio(self, view: RaceView) -> float:
        """First over last of gradients; last over first of activations, which run forward."""
        found = self.values(view)
        return float(found[-1] / found[0] if view == "activation" else found[0] / found[-1])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Race:
    """Networks of the same depth with the same data and seeds."""

    specs: dict[str, RaceSpec]  # name -> what ran; in the order to show
    yours: str  # which of the names is the reader's own network
    lines: dict[str, tuple[RaceLine, ...]]  # name -> one line a seed
    provenance: Provenance

    @property
    def unit(self) -> str:
        """Return what a block is: of a recurrent network a row of the image, or a token."""
        network = self.specs[self.yours].network
        if not isinstance(network, RnnSpec):
            return "block"
        return "row" if network.source == "rows" else "token"

    def band(self, name: str, view: RaceView) -> np.ndarray:
        """Lowest, geometric mean and highest of the seeds, at every block.

        Returns:
            (3, L + 1) float64, or (3, L) for weights; nan where any seed left float32's range.
        """
        values = np.array([line.values(view) for line in self.lines[name]])
        return np.stack([values.min(0), np.exp(np.log(values).mean(0)), values.max(0)])

    def ratio(self, name: str, view: RaceView) -> float:
        """Geometric mean of the seeds' ratios; nan where any left float32's range."""
        return float(np.exp(np.mean([np.log(line.ratio(view)) for line in self.lines[name]])))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Paths:
    """How the gradient came through every residual block: L blocks.

    All lengths are relative to the gradient that arrived at the block's output.
    """

    seed: int
    identity: np.ndarray  # (L,) float64: ||gradient by the skip||; nan where a block has none
    branch: np.ndarray  # (L,) float64: ||gradient by the branch||
    cosine: np.ndarray  # (L,) float64: between the two
    factor: np.ndarray  # (L,) float64: ||gradient at the block's input||, measured

    @property
    def by_formula(self) -> np.ndarray:
        """sqrt(i^2 + b^2 + 2 i b cos): the law of cosines, to be compared with `factor`."""
        i, b = self.identity, self.branch
        return np.sqrt(i**2 + b**2 + 2 * i * b * self.cosine)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Connectivity:
    """Which input channels an output channel can see, found by gradient."""

    matrix: np.ndarray  # (outputs, inputs) float32, >= 0: sum over positions of |dy_c/dx_k|
    blocks: tuple[int, int]  # first and last one between x and y, 0-based
    shuffle: bool

    @property
    def sees(self) -> tuple[int, int]:
        """Fewest and most inputs that any output depends on."""
        counts = (self.matrix > 0).sum(axis=1)
        return int(counts.min()), int(counts.max())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LayerTimes:
    """How long the parts of a network take on this machine, forward, one example."""

    parts: tuple[str, ...]  # stem, each block, head, as the network names them
    milliseconds: np.ndarray  # (parts,) float64, median of several passes
    provenance: Provenance
