"""Attention heads switched off one by one, and what that costs."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.attention.scores import AttentionPart
from viz_models.records.provenance import Provenance

Head = tuple[AttentionPart, int, int]  # part, layer, head


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsSpec:
    """One sentence through the translator, some heads switched off."""

    text: str = "i love cats"
    off: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCost:
    """What the translator does without some heads.

    Probability and loss are of the words that it writes with all heads, so that they are of the
    same words each time.
    """

    off: tuple[Head, ...]
    translation: tuple[str, ...]  # what it writes by itself
    probability: float  # of all words of the full network's translation, the end included
    loss: float  # nats a word: minus the mean of their log-probabilities


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeadsResult:
    """Weights of all heads, and what each one is worth on this sentence."""

    spec: HeadsSpec
    source: tuple[str, ...]  # S English tokens, the end included
    target: tuple[str, ...]  # T tokens that the decoder reads: the start, then French
    unknown: tuple[str, ...]
    encoder: np.ndarray  # (L, H, S, S) weights with the heads of the spec off
    decoder: np.ndarray  # (L, H, T, T)
    cross: np.ndarray  # (L, H, T, S)
    full: HeadCost  # all heads on
    now: HeadCost  # those of the spec off
    alone: tuple[HeadCost, ...]  # each head off by itself, in the order of `all_heads`
    max_difference: float  # of a gate at 0 to the same head's columns of W_O set to 0
    provenance: Provenance

    def weights(self, part: AttentionPart) -> np.ndarray:
        """(L, H, queries, keys) of one kind of attention."""
        found: dict[AttentionPart, np.ndarray] = {
            "encoder": self.encoder,
            "decoder": self.decoder,
            "cross": self.cross,
        }
        return found[part]

    def cost(self, head: Head) -> HeadCost:
        """Return what switching off this head alone costs."""
        return next(c for c in self.alone if c.off == (head,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCost:
    """Some heads switched off, over many sentences."""

    off: tuple[Head, ...]
    exact: int  # sentences translated exactly as the grammar does
    loss: float  # nats a word of the grammar's translation, mean over all words


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsOverSentences:
    """All heads on, and each one off by itself, over held-out sentences."""

    sentences: int
    seed: int  # of their draw
    weights: str  # sha256 of the network's file
    full: SetCost
    alone: tuple[SetCost, ...]
    provenance: Provenance
