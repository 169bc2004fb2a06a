"""A recorded grid of training runs: every norm over learning rates and batch sizes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from viz_models.records.provenance import Provenance
from viz_models.records.train.experiments import (
    Budget,
    DigitsNetSpec,
    NetNorm,
    OptimizerSpec,
    RunSpec,
    RunState,
)
from viz_models.records.train.paired import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NormGridSpec:
    """Every norm at every learning rate and batch size, each with the same seeds."""

    norms: tuple[NetNorm, ...] = ("none", "batch", "layer", "group")
    lrs: tuple[float, ...] = (0.01, 0.1, 1.0, 3.0)
    batch_sizes: tuple[int, ...] = (4, 32, 256)
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    samples: int = 7168  # of each run: a multiple of every batch size, so that all see as many
    stretch: int = 512  # samples averaged for one point of a loss curve

    def runs(self) -> Iterator[RunSpec]:
        """All runs; the seeds of one cell follow each other."""
        for batch_size, lr, norm, seed in product(
            self.batch_sizes, self.lrs, self.norms, self.seeds
        ):
            yield RunSpec(
                model=DigitsNetSpec(norm=norm),
                optimizer=OptimizerSpec(lr=lr),
                batch_size=batch_size,
                budget=Budget(amount=self.samples),
                seed=seed,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRun:
    """How one run of the grid ended."""

    norm: NetNorm
    lr: float
    batch_size: int
    seed: int
    state: RunState
    steps: int  # taken; a diverged run stops at the step that said so
    test_accuracy: float | None  # 0..1; None where the run diverged
    losses: tuple[float, ...]  # training loss, mean over each stretch that was completed


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """The seeds of one norm, learning rate and batch size together."""

    norm: NetNorm
    lr: float
    batch_size: int
    finished: int  # runs behind `mean`, `low` and `high`
    diverged: int
    mean: float | None  # test accuracy of the finished runs; None where there are none
    low: float | None  # lowest of the seeds
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Test accuracy of a norm minus that of no norm, seed by seed."""

    norm: NetNorm
    lr: float
    batch_size: int
    n: int  # pairs of which both runs finished
    mean: float | None  # of the differences, -1..1; None without a pair
    low: float | None  # 95 % t-interval; None below two pairs
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NormGrid:
    """What normalization did to training."""

    spec: NormGridSpec
    runs: tuple[GridRun, ...]
    cells: tuple[GridCell, ...]
    differences: tuple[PairedDifference, ...]  # as many as comparisons were made
    cpu_seconds: float  # that all runs took together, on one core
    provenance: Provenance
