"""Sentences of different lengths in one padded batch, under three norms."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


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
