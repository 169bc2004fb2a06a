"""A batch split over workers: what was asked, and how far the mean gradient is from the whole's."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

SplitCase = Literal[
    "equal", "float64", "unequal", "weighted", "masked", "counted", "sum", "batch norm",
    "layer norm", "dropout",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSpec:
    """A batch of digits, and over how many workers it is split."""

    workers: int = 4
    batch_size: int = 64
    seeds: int = 5  # batches and networks that are measured, from seed 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SplitGap:
    """One case over S seeds: the workers' combined gradient g beside the whole batch's G."""

    case: SplitCase
    gap: np.ndarray  # (S,) |g - G| / |G|, norms over all parameters
    cosine: np.ndarray  # (S,) of the angle between both
    same: np.ndarray  # (S,) share of the numbers other than 0 that are equal bit for bit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SplitView:
    """The first seed of one case, to look at: W workers, B examples."""

    case: SplitCase
    images: np.ndarray  # (B, 8, 8) float32, 0..1
    shards: tuple[int, ...]  # examples of each worker, in the order of the batch
    weights: tuple[float, ...]  # of each worker's gradient in the combination
    gradients: np.ndarray  # (W, 10, 32) of the last layer's weight, one a worker
    combined: np.ndarray  # (10, 32)
    whole: np.ndarray  # (10, 32)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Split:
    """All cases."""

    spec: SplitSpec
    gaps: tuple[SplitGap, ...]
    views: tuple[SplitView, ...]
    provenance: Provenance

    def gap(self, case: SplitCase) -> SplitGap:
        """Return one case."""
        return next(g for g in self.gaps if g.case == case)

    def view(self, case: SplitCase) -> SplitView:
        """Return what one case looks like."""
        return next(v for v in self.views if v.case == case)


@dataclass(frozen=True, slots=True, kw_only=True)
class DdpCase:
    """What torch's DistributedDataParallel made of one case, over the seeds."""

    case: SplitCase
    gap: tuple[float, ...]  # to the gradient of the whole batch, |g - G| / |G|
    by_hand: float  # largest difference of any number to the mean of both shards' gradients


@dataclass(frozen=True, slots=True, kw_only=True)
class DdpRun:
    """Two processes with gloo."""

    batch_size: int
    cases: tuple[DdpCase, ...]
    sync_batch_norm: str  # what torch says to SyncBatchNorm on the CPU; "" if it ran
    seconds: float  # from the start of both processes to their end
    provenance: Provenance
