"""Normalization over batch sizes, over training steps, over sentences, and on the way back."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.normalization.axes import NormSpec, Place
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceSpec:
    """A batch of sentences as seeded token embeddings, padded with zeros to the longest."""

    lengths: tuple[int, ...] = (5, 9, 3, 7)  # tokens; the first sentence is watched
    channels: int = 16
    more_padding: int = 4  # positions added to every sentence
    eps: float = 1e-5
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SentenceRow:
    """One norm: what happens to the first sentence although none of its tokens changes."""

    label: str  # "BN over (B, T)"
    output: np.ndarray  # (B, T, C)
    padded_output: np.ndarray  # (B, T + more, C)
    neighbor_output: np.ndarray  # (B, T, C)
    means: tuple[float, float, float]  # that the first token's first channel is centered with
    padding_change: float  # largest change of an output of the first sentence's tokens
    neighbor_change: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sentences:
    """Sentences of different length under three norms."""

    spec: SentenceSpec
    tokens: np.ndarray  # (B, T, C), zeros in the padding
    real: np.ndarray  # (B, T) bool
    rows: tuple[SentenceRow, ...]  # BN over (B, T), LN over C, LN over (T, C)
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GradientFacts:
    """What a norm lets through on the way back, by autograd in float64; no NaN.

    "Arriving" is the gradient at x-hat, "passed" the one at x times sqrt(variance + eps), so that
    the two can be compared.
    """

    spec: NormSpec
    mean_arriving: np.ndarray  # (G,)
    mean_passed: np.ndarray  # (G,): 0 where the norm subtracts a mean
    projection_arriving: np.ndarray  # (G,): mean of gradient * x-hat
    projection_passed: np.ndarray  # (G,)
    projection_expected: (
        np.ndarray
    )  # (G,): what eps leaves of it, arriving * eps / (variance + eps)
    scales: np.ndarray  # (K,): the input times this
    gradient_norms: np.ndarray  # (K,): of dL/dx
    refusal: str  # torch's message where it raised; arrays are then 0
    provenance: Provenance
