"""Sentences of different lengths in one padded batch, under three norms."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceSpec:
    """A batch of English sentences, padded with <pad> to the longest one.

    The words are those of the shipped translator, with a space between them.
    """

    sentences: tuple[str, ...] = (  # the first one is watched
        "it often wants the flowers",
        "the pretty girls do not always look for you",
        "three girls play",
        "the small funny women are very happy",
    )
    neighbors: tuple[str, ...] = (  # in place of all sentences but the first
        "you do not often have his big blue horse",
        "i often run",
        "two horses do not draw the car",
    )
    more_padding: int = 4  # positions added to every sentence
    eps: float = 1e-5

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many tokens each sentence has."""
        return tuple(len(sentence.split()) for sentence in self.sentences)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SentenceRow:
    """One norm: what happens to the first sentence although none of its tokens changes."""

    label: str  # "BN over (B, T)"
    output: np.ndarray  # (B, T, C)
    padded_output: np.ndarray  # (B, T + more, C)
    neighbor_output: np.ndarray  # (B, T', C)
    means: tuple[float, float, float]  # that the first token's first channel is centered with
    padding_change: float  # largest change of an output of the first sentence's tokens
    neighbor_change: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sentences:
    """Sentences of different length under three norms."""

    spec: SentenceSpec
    tokens: np.ndarray  # (B, T, C): the translator's word vectors plus positions
    padded: np.ndarray  # (B, T + more, C): the same with more <pad>
    neighbors: np.ndarray  # (B, T', C): the first sentence among other ones
    real: np.ndarray  # (B, T) bool: False where the token is <pad>
    rows: tuple[SentenceRow, ...]  # BN over (B, T), LN over C, LN over (T, C)
    provenance: Provenance
