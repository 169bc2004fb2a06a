"""Teach a small BERT the English side of the grammar: guess spoiled words, and what follows."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.sequence.spoiling import NOT_CHOSEN, scores, spoil
from viz_models.models.sequence.masked import FOLLOWS, MaskedModel, Rows, build, rows
from viz_models.models.vocabulary import english_ids
from viz_models.recipes.attention import Job, told
from viz_models.recipes.fitting import FitSpec, fit
from viz_models.records import StepRecord
from viz_models.records.sequence.masked_words import ARMS, RATE, Arm, MaskedScores, Shares
from viz_models.training.data.pairs import Together, test_together, training_together

SPEC = FitSpec(steps=2000, batch_size=64, lr=5e-3)
SORTED = 20  # batches that are drawn together and sorted by length
TEST_PAIRS = 2000
TEST_SEED = 1_000_003


def job(arm: Arm, seed: int, steps: int | None = None) -> Job:
    """Return how one network is trained, and how good it then is.

    Args:
        arm: How its chosen words are spoiled.
        seed: Of first weights, sentences and dice.
        steps: Instead of its own number.
    """
    model = build(seed)
    spec = replace(SPEC, seed=seed, steps=steps or SPEC.steps)
    shares = "/".join(f"{100 * share:.0f}" for share in ARMS[arm])
    return Job(
        name=f"masked_{arm}",
        model=model,
        recipe=f"from random weights; {told(spec)}; {100 * RATE:.0f} % of the words chosen, of "
        f"these {shares} masked, random, kept; pairs of sentences from "
        "viz_models/training/data/pairs.py; kept as float16",
        spec=spec,
        train=lambda: train(model, spec, ARMS[arm]),
        test=lambda: measured(model).masked,
        tested_on=f"words under [MASK] in {TEST_PAIRS} pairs of sentences with word pairings "
        "never seen in training",
        half=True,
    )


class Batch(NamedTuple):
    """Pairs of sentences, some of whose words were spoiled."""

    read: Rows
    labels: Tensor  # (B, T) int64, the true words at the chosen places
    follows: Tensor  # (B,) int64, FOLLOWS or 1 - FOLLOWS


def train(
    model: MaskedModel, spec: FitSpec, shares: Shares, rate: float = RATE
) -> Iterator[StepRecord]:
    """Train in place on both tasks at once, one record a step.

    The loss is that of the chosen words plus that of the next sentence, as in appendix A.2 of
    arXiv:1810.04805. Runs with the same seed see the same sentences, whatever the shares are.
    """
    pairs = training_together(spec.seed)
    dice = torch.Generator().manual_seed(spec.seed)

    def batches() -> Iterator[Batch]:
        for drawn in alike(pairs, spec.batch_size, spec.seed):
            read = together(drawn)
            spoiled = spoil(read.ids, rate, shares, dice)
            yield Batch(Rows(spoiled.ids, read.segments), spoiled.labels, _labels(drawn))

    def measure(b: Batch) -> tuple[Tensor, float]:
        _, hidden = model.encode(*b.read)
        chosen = b.labels != NOT_CHOSEN
        logits, words = model.words(hidden[chosen]), b.labels[chosen]
        guessed = F.cross_entropy(logits, words)  # of the chosen places alone
        followed = F.cross_entropy(model.next_sentence(hidden[:, 0]), b.follows)
        return guessed + followed, (logits.argmax(-1) == words).float().mean().item()

    return fit(model, batches(), measure, spec)


def alike(pairs: Iterator[Together], batch_size: int, seed: int) -> Iterator[tuple[Together, ...]]:
    """Batches of pairs that are about equally long, so that little of a batch is padding.

    Args:
        pairs: Endless.
        batch_size: Pairs in a batch.
        seed: Of the order of the batches.
    """
    rng = random.Random(seed)
    while True:
        drawn = sorted(islice(pairs, SORTED * batch_size), key=lambda p: len(p.first + p.second))
        starts = list(range(0, len(drawn), batch_size))
        rng.shuffle(starts)
        yield from (tuple(drawn[i : i + batch_size]) for i in starts)


def together(pairs: Sequence[Together]) -> Rows:
    """Pairs of sentences as the network reads them."""
    return rows([(english_ids(p.first), english_ids(p.second)) for p in pairs])


def _labels(pairs: Sequence[Together]) -> Tensor:
    return torch.tensor([FOLLOWS if p.follows else 1 - FOLLOWS for p in pairs])


def measured(model: MaskedModel, count: int = TEST_PAIRS) -> MaskedScores:
    """Scores on pairs of sentences that each hold a word pairing never seen in training."""
    pairs = test_together(count, TEST_SEED)
    model.eval()
    return scores(model, together(pairs), [p.follows for p in pairs])
