"""Teach a Transformer the English side of the small grammar, word after word."""

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor

from viz_models.models.transformer import LanguageModel
from viz_models.models.vocabulary import BOS, EOS, PAD, english_ids
from viz_models.recipes.fitting import FitSpec, fit, next_word, padded
from viz_models.records import StepRecord
from viz_models.training.data.grammar import SentencePair, training_pairs


def train(model: LanguageModel, spec: FitSpec) -> Iterator[StepRecord]:
    """Train in place, one record a step; sentences with held-out pairings are never seen."""
    pairs = training_pairs(spec.seed)
    batches = iter(lambda: sentences(tuple(islice(pairs, spec.batch_size))), None)

    def measure(b: tuple[Tensor, Tensor]) -> tuple[Tensor, float]:
        ids, words = b
        return next_word(model(ids), words)

    return fit(model, batches, measure, spec)


def sentences(pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    """(B, T) ids begun by BOS, and (B, T) the word after each, ended by EOS; PAD behind."""
    english = [english_ids(p.english) for p in pairs]
    return padded((BOS, *ids) for ids in english), padded((*ids, EOS) for ids in english)


def accuracy(model: LanguageModel, pairs: Sequence[SentencePair]) -> float:
    """Share of words that are the likeliest after those before them, 0..1.

    Far from 1 for any model: after "i love" nobody knows what comes.
    """
    ids, words = sentences(pairs)
    with torch.no_grad():
        likeliest = model(ids).argmax(-1)
    real = words != PAD
    return ((likeliest == words) & real).sum().item() / real.sum().item()
