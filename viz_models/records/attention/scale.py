"""Attention scores over d_k, with and without their division by its square root."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSpec:
    """Queries and keys drawn from N(0, spread^2): what a fresh network's projections give."""

    widths: tuple[int, ...] = tuple(2**i for i in range(11))  # d_k, 1 to 1024
    keys: int = 32  # that each query looks at
    queries: int = 15  # of each seed; odd, so that one of them is the median
    seeds: int = 20
    spread: float = 1.0  # std of every number in q and k


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScaleBands:
    """One way of scaling, over all widths. W widths; 5 %, 50 % and 95 % of the seeds.

    Every seed counts with the mean over its queries, but for the gradients that half of the
    queries stay below.
    """

    variance: np.ndarray  # (W, 3): of what the softmax is given
    entropy: np.ndarray  # (W, 3): of the weights, as a share of ln(keys); 1 is a plain mean
    largest: np.ndarray  # (W, 3): weight of a row
    gradient: np.ndarray  # (W, 3): median query's |dL/d softmax input|
    gradient_mean: np.ndarray  # (W, 3): mean query's, which a few near ties carry
    gradient_query: np.ndarray  # (W, 3): median query's |dL/dq|, after k and the factor


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScaleSweep:
    """What the factor 1 / sqrt(d_k) does at every width."""

    spec: ScaleSpec
    raw: ScaleBands
    scaled: ScaleBands
    max_difference: float  # of all weights to F.scaled_dot_product_attention
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScaleRows:
    """One width: all scores, and the softmax of one query both ways."""

    width: int
    scores: np.ndarray  # (seeds * queries * keys,) q . k
    raw: np.ndarray  # (keys,) weights of the shown query, largest first
    scaled: np.ndarray  # (keys,) the same keys in the same order
    provenance: Provenance
