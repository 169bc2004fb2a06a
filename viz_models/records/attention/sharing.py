"""Sharing keys and values between heads: what was asked, and what it costs and saves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.attention.scores import AttentionPart
from viz_models.records.provenance import Provenance

# trained: a K/V head for every query head. pooled: the mean of a group's K/V heads, not trained
# further. retrained: the same, then trained. summed: pooled, and the group's queries added up.
# summed_retrained: that one, trained for as long.
SharingKind = Literal["trained", "pooled", "retrained", "summed", "summed_retrained"]
# those that can be looked at; of the last one only the accuracy was kept
SHARING_KINDS: tuple[SharingKind, ...] = ("trained", "pooled", "retrained", "summed")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingSpec:
    """One attention of the translator on one sentence, under every way of sharing."""

    text: str = "i love cats"
    kv_heads: int = 2  # of 4 query heads
    part: AttentionPart = "cross"
    layer: int = 1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SharingVersion:
    """The translator with its K/V heads shared in one way."""

    kind: SharingKind
    kv_heads: int
    weights: np.ndarray  # (H, T, S) of the attention that was asked for
    output_change: float  # of its output, against trained: norm of the difference over the norm
    translation: tuple[str, ...]  # what it writes by itself
    probability: float  # that it gives to the words of the trained one, the geometric mean
    pattern_rank: int  # how many of the H weight matrices are linearly independent
    query_rank: int  # of W_Q: in how many directions a query can differ
    parameters: int  # of the whole network


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sharing:
    """The versions beside each other, on the words that the trained one writes."""

    spec: SharingSpec
    queries: tuple[str, ...]  # T tokens
    keys: tuple[str, ...]  # S tokens
    unknown: tuple[str, ...]  # words that the vocabulary lacks
    versions: tuple[SharingVersion, ...]
    max_difference: float  # of the weights, to torch's attention on the same Q, K and V
    provenance: Provenance

    def version(self, kind: SharingKind) -> SharingVersion:
        """Return the version of that kind."""
        return next(v for v in self.versions if v.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingAccuracy:
    """Sentences that a version translates word for word."""

    kind: SharingKind
    kv_heads: int
    right: int
    of: int
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CacheGrowth:
    """Bytes that a KV cache holds after so many words, read off real caches."""

    kv_heads: tuple[int, ...]
    lengths: np.ndarray  # (L,) words written
    nbytes: np.ndarray  # (K, L) of the decoder's self-attention, all layers
    source_nbytes: np.ndarray  # (K,) of cross-attention over one source word
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheTimesSpec:
    """One attention layer that is large enough to feel its cache."""

    num_heads: int = 4
    d_k: int = 128
    kv_heads: tuple[int, ...] = (4, 2, 1)
    lengths: tuple[int, ...] = (512, 1024, 2048, 4096, 8192)
    repeats: int = 30
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CacheTimes:
    """Time of one decoded token in one attention layer, cache and all."""

    spec: CacheTimesSpec
    milliseconds: np.ndarray  # (K, L) fastest of the turns
    nbytes: np.ndarray  # (K, L) that the cache held
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WordTimes:
    """Time of the next word in the trained translators, with a cache and without."""

    lengths: np.ndarray  # (L,) words written before
    kv_heads: tuple[int, ...]
    cached: np.ndarray  # (K, L) milliseconds, fastest of several turns
    recomputed: np.ndarray  # (K, L) the whole sentence again for one more word
    provenance: Provenance
