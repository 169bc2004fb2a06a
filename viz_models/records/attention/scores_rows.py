"""Attention, number by number: one score, one row under three masks, what follows the heads."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.attention.scores import MaskFill
from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Score:
    """One score: the products it adds up, and its share of its row. Recomputed in float64."""

    query: int
    key: int
    products: np.ndarray  # (d_k,) float64, q_i times k_i
    running: np.ndarray  # (d_k,) float64, their sum so far
    torch_value: float  # the score that torch got
    tolerance: float  # 1e-5 of the sum of |products|
    root: float  # sqrt(d_k)
    allowed: bool  # whether the query may look at the key
    entered: float  # what enters the softmax: the scaled score, 0 or minus infinity
    exp: float  # e to that
    denominator: float  # sum of the row's e to that
    weight: float  # its share, what is masked afterwards included; NaN in an empty row
    torch_weight: float

    @property
    def total(self) -> float:
        """Sum of the products."""
        return float(self.running[-1])

    @property
    def difference(self) -> float:
        """|ours - torch's|."""
        return abs(self.total - self.torch_value)

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than rounding."""
        return self.difference <= self.tolerance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FilledRow:
    """One row of weights with its forbidden scores filled in one of three ways."""

    fill: MaskFill
    weights: np.ndarray  # (S,) float32; NaN where the softmax had nothing but minus infinity
    total: float  # their sum
    leak: float  # what of it lies on forbidden keys


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedCall:
    """What one call of torch makes of a mask: a line to read, for NaN must not reach a chart."""

    call: str  # as one would write it
    output: str  # "NaN", "all 0" or the values
    weights: str  # the same of the weights; "" where the call returns none


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BlockStage:
    """One stage of the layer around an attention."""

    name: str  # "heads side by side", "+ input"
    values: np.ndarray  # (T, width)
    torch_call: str  # which module or function of torch it was compared with
    difference: float  # largest, to that


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """The layer around an attention, from its input to its output, which have one shape."""

    tokens: tuple[str, ...]  # T
    stages: tuple[BlockStage, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PaddedBatch:
    """Sentences of different length, filled up to the longest."""

    tokens: tuple[tuple[str, ...], ...]  # a row each, all of one length
    lengths: tuple[int, ...]  # how many of a row are real


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TextAttention:
    """Every weight of a network on one text. L layers, H heads, T queries, S keys."""

    source: tuple[str, ...]  # S tokens that the encoder reads; of a language model: none
    target: tuple[str, ...]  # T tokens that the decoder reads
    unknown: tuple[str, ...]  # words of the text that the network does not know
    translation: str  # what it writes, "" for a language model
    written: tuple[str, ...]  # T tokens: the likeliest one after each of the target
    probabilities: np.ndarray  # (T,) float32 of these
    encoder: np.ndarray  # (L, H, S, S) float32
    decoder: np.ndarray  # (L, H, T, T)
    cross: np.ndarray  # (L, H, T, S)
    max_difference: float  # largest, to F.scaled_dot_product_attention, over all heads
    provenance: Provenance
