"""Teach a Transformer to translate the small grammar."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor

from viz_models.analysis.attention.sharing import pooled
from viz_models.models.attention import MultiHeadAttention
from viz_models.models.transformer import Translator
from viz_models.models.vocabulary import BOS, EOS, english_ids, french_ids, french_tokens
from viz_models.recipes.fitting import FitSpec, fit, next_word, padded
from viz_models.records import StepRecord
from viz_models.training.data.grammar import SentencePair, training_pairs

LONGEST = 24  # French tokens; the grammar makes at most 16


class Batch(NamedTuple):
    """Pairs of sentences as the network reads them."""

    source: Tensor  # (B, S) int64, ended by EOS
    target: Tensor  # (B, T) int64, begun by BOS
    words: Tensor  # (B, T) int64, the word after each target token


def train(model: Translator, spec: FitSpec, *, positions: bool = True) -> Iterator[StepRecord]:
    """Train in place, one record a step, with teacher forcing.

    Args:
        model: In training mode.
        spec: How long and how fast.
        positions: False trains a network that is never told the order of the words.
    """
    pairs = training_pairs(spec.seed)
    batches = iter(lambda: batch(tuple(islice(pairs, spec.batch_size))), None)

    def measure(b: Batch) -> tuple[Tensor, float]:
        return next_word(model.run(b.source, b.target, positions=positions).logits, b.words)

    return fit(model, batches, measure, spec)


def batch(pairs: Sequence[SentencePair]) -> Batch:
    """Ids of some pairs, padded to the longest."""
    french = [french_ids(p.french) for p in pairs]
    return Batch(
        padded((*english_ids(p.english), EOS) for p in pairs),
        padded((BOS, *ids) for ids in french),
        padded((*ids, EOS) for ids in french),
    )


def exact(model: Translator, pairs: Sequence[SentencePair], *, positions: bool = True) -> float:
    """Share of sentences whose greedy translation is right to the last token, 0..1."""
    with torch.no_grad():
        written = model.write(batch(pairs).source, LONGEST, positions=positions)
    right = [french_tokens(ids) == p.french for ids, p in zip(written.tolist(), pairs, strict=True)]
    return sum(right) / len(pairs)


def pooled_copy(model: Translator, kv_heads: int) -> Translator:
    """Return a copy of your own, in training mode, whose K and V heads are means of the model's.

    Raises:
        ValueError: If the K/V heads of the model cannot be pooled to so many.

    References:
        Ainslie et al. 2023, section 2.1, arXiv:2305.13245.
    """
    fewer = copy.deepcopy(model).requires_grad_(True)
    for parent in list(fewer.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, MultiHeadAttention):
                setattr(parent, name, pooled(child, kv_heads))
    fewer.config = replace(model.config, num_kv_heads=kv_heads)
    return fewer.train()
