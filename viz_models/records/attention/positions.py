"""Word order: what was asked, and what a network makes of a sentence in another order."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

WordOrder = Literal["swap", "reverse", "shuffle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSpec:
    """One sentence in two orders, and one head of the encoder's first layer."""

    text: str = "the dog sees the cat"
    order: WordOrder = "swap"  # the second word and the last one
    seed: int = 0  # of the shuffle
    head: int = 2  # the one whose weights move most


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OrderedReading:
    """What one translator made of the sentence in both orders.

    Weights of the second order are put back: row i and column i are the same word in both.
    """

    told: bool  # whether it was trained with positions, and is run with them
    weights: np.ndarray  # (T, T) of the chosen head
    moved: np.ndarray  # (T, T) the same after the words changed places
    change: float  # largest |weights - moved|
    change_anywhere: float  # the same over all heads and layers of the encoder
    memory_change: float  # of what the decoder reads: largest difference of a word's vector
    translation: tuple[str, ...]
    moved_translation: tuple[str, ...]
    accuracy: float  # of the shipped file on unseen sentences, 0..1, from the manifest


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OrderResult:
    """A sentence, the same words in another order, and two networks that read both."""

    spec: OrderSpec
    tokens: tuple[str, ...]  # T, as typed; the last is <eos>
    unknown: tuple[str, ...]
    order: tuple[int, ...]  # T: which token stands at each place now; <eos> stays
    words: np.ndarray  # (T, d) embeddings times sqrt(d), of the network that is told
    waves: np.ndarray  # (T, d) positional encoding
    told: OrderedReading
    untold: OrderedReading
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PositionTable:
    """The positional encoding by itself."""

    waves: np.ndarray  # (L, d)
    similarity: np.ndarray  # (L, L) cosine of the waves of two positions
