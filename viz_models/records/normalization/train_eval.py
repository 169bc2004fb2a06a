"""The running statistics that BatchNorm keeps for eval mode, step by step."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSpec:
    """Training steps that BatchNorm watches go by."""

    steps: int = 60
    batch_size: int = 8
    momentum: float | None = 0.1  # None: the plain average of all batches so far
    shift_at: int | None = None  # from this step on the data lie higher
    shift: float = 2.0  # by this many std of each channel
    freeze_at: int | None = None  # from this step on the module is in eval mode
    seed: int = 0  # of the order of the examples


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunningTrace:
    """Running statistics, step by step, from the real module."""

    spec: RunningSpec
    running_mean: np.ndarray  # (steps + 1, C): before the first step and after each
    running_variance: np.ndarray  # (steps + 1, C)
    batch_mean: np.ndarray  # (steps, C)
    biased_variance: np.ndarray  # (steps, C): divides by n; normalizes the batch
    unbiased_variance: np.ndarray  # (steps, C): divides by n - 1; enters the running variance
    values: int  # n = batch_size * H * W
    difference: np.ndarray  # (steps,): rms of eval output - train output of the step's batch
    frozen: np.ndarray  # (steps,) bool
    max_difference: float  # largest |ours - torch's| of all running statistics
    provenance: Provenance

    @property
    def factor(self) -> float:
        """Unbiased over biased variance: n / (n - 1)."""
        return self.values / (self.values - 1)
