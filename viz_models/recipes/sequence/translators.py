"""Teach recurrent networks to translate the grammar that the Transformer learned from."""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import torch
from torch import Tensor

from viz_models.models.sequence import shipped
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.vocabulary import french_tokens
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES, Job, told
from viz_models.recipes.fitting import FitSpec, fit, next_word
from viz_models.recipes.translate import LONGEST, Batch, batch
from viz_models.records import StepRecord
from viz_models.records.sequence.translators import RecurrentModel
from viz_models.training.data.grammar import SentencePair, test_pairs, training_pairs

SPEC = FitSpec(steps=4000, lr=5e-3)
BATCHES = 1000  # that are drawn; they come again in another order


def job(name: RecurrentModel, seed: int, steps: int | None = None) -> Job:
    """Return how one network is trained, and how good it then is.

    Args:
        name: Which one.
        seed: Of first weights and examples.
        steps: Instead of its own number.
    """
    model = shipped.build(name, seed)
    spec = FitSpec(steps=steps or SPEC.steps, lr=SPEC.lr, seed=seed)
    return Job(
        name=shipped.entry(name),
        model=model,
        recipe=f"from random weights; {told(spec)}; {min(BATCHES, spec.steps)} batches of similar "
        "length from the grammar in viz_models/training/data/grammar.py; kept as float16",
        spec=spec,
        train=lambda: train(model, spec),
        test=lambda: exact(model, test_pairs(TEST_SENTENCES, TEST_SEED)),
        tested_on=f"{TEST_SENTENCES} sentences with word pairings never seen in training, exact",
        half=True,
    )


def train(model: RecurrentTranslator, spec: FitSpec) -> Iterator[StepRecord]:
    """Train in place, one record a step, with teacher forcing."""

    def measure(b: Batch) -> tuple[Tensor, float]:
        return next_word(model(b.source, b.target), b.words)

    return fit(model, batches(spec), measure, spec)


def batches(spec: FitSpec) -> Iterator[Batch]:
    """Endless batches; sentences in one are of similar length, so that little is padding."""
    drawn = list(_drawn(min(BATCHES, spec.steps), spec.batch_size, spec.seed))
    order = random.Random(spec.seed)
    while True:
        order.shuffle(drawn)
        yield from drawn


@cache
def _drawn(count: int, size: int, seed: int) -> tuple[Batch, ...]:
    """So many batches, the shortest sentences first."""
    drawn = islice(training_pairs(seed), count * size)
    pairs = sorted(drawn, key=lambda p: (len(p.french), len(p.english)))
    return tuple(batch(pairs[i : i + size]) for i in range(0, len(pairs), size))


def exact(model: RecurrentTranslator, pairs: Sequence[SentencePair]) -> float:
    """Share of sentences whose greedy translation is right to the last token, 0..1."""
    with torch.no_grad():
        written = model.write(batch(pairs).source, LONGEST).tolist()
    right = [french_tokens(ids) == p.french for ids, p in zip(written, pairs, strict=True)]
    return sum(right) / len(pairs)
