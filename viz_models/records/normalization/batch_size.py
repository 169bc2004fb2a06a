"""How many examples a mean needs: statistics of batches of every size."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.normalization.axes import Place
from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Alone:
    """BatchNorm in training with a single example."""

    shape: Place
    refusal: str  # torch's message, "" where it trains
    instance_difference: float | None  # largest difference to InstanceNorm's output
    sentence: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BatchErrors:
    """How far the statistics of a batch are from those of all the data."""

    sizes: np.ndarray  # (S,) int64, largest first
    mean_error: np.ndarray  # (S, 3): 5 %, median, 95 % of the batches; in std of the channel
    variance_error: np.ndarray  # (S, 3): the same, relative to the variance
    layer_change: (
        np.ndarray
    )  # (S,): largest change of one example's LayerNorm output, against alone
    repeats: int  # batches a size
    slope: float  # of log(mean error) over log(size): -0.5 is one over the square root
    alone: tuple[Alone, ...]
    provenance: Provenance
