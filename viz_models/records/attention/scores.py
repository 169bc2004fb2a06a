"""Attention: what was asked of a trained Transformer, and every matrix on the way."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

TextModel = Literal["translate", "translate_kv2", "translate_kv1", "language"]
AttentionPart = Literal["encoder", "decoder", "cross"]  # whose Q asks whose K and V
MaskKind = Literal["padding", "causal", "window", "prefix", "painted"]
MaskFill = Literal["-inf", "0", "after"]  # before the softmax; 0 before it; 0 after it


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSpec:
    """Which scores are struck out, and how."""

    kinds: tuple[MaskKind, ...] = ()
    window: int = 3  # a query sees keys at most this far away
    prefix: int = 2  # the first so many keys are seen by all, also under "causal"
    painted: tuple[tuple[int, int], ...] = ()  # (query, key) cells flipped by hand
    fill: MaskFill = "-inf"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendSpec:
    """One attention of one trained network on one text."""

    text: str = "i love cats"
    model: TextModel = "translate"
    part: AttentionPart = "decoder"
    layer: int = 0
    head: int = 0
    mask: MaskSpec | None = None  # None: the network's own
    off: tuple[tuple[AttentionPart, int, int], ...] = ()  # heads switched off: part, layer, head
    batch: tuple[str, ...] = ()  # sentences beside it, to whose length it is padded
    target: str = ""  # what the decoder reads; "": the network's own translation


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AttentionStages:
    """All stages of one head's attention, as torch computed them. T queries, S keys.

    Raw scores are kept; masked ones may hold minus infinity and weights NaN: a figure must
    say so, never draw them as numbers.
    """

    queries: tuple[str, ...]  # T tokens
    keys: tuple[str, ...]  # S tokens
    q: np.ndarray  # (T, d_k)
    k: np.ndarray  # (S, d_k)
    v: np.ndarray  # (S, d_v)
    scores: np.ndarray  # (T, S) q k^T
    scaled: np.ndarray  # (T, S) divided by sqrt(d_k)
    allowed: np.ndarray  # (T, S) bool, True where a query may look
    masked: np.ndarray  # (T, S) scaled, after the mask
    weights: np.ndarray  # (T, S) softmax of each row
    output: np.ndarray  # (T, d_v) weights times v
    max_difference: float  # to F.scaled_dot_product_attention on the same q, k, v, mask
    provenance: Provenance
