"""Pairs of English sentences: the second one is about the same thing, or it is any sentence."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from viz_models.models.lexicon import NOUNS
from viz_models.training.data.grammar import test_pairs, training_pairs

POOL = 30_000  # sentences from which the pairs of one training are drawn
_NOUNS = frozenset(word for noun in NOUNS for word in (noun.en, noun.en_plural))

Words = tuple[str, ...]


class Together(NamedTuple):
    """Two sentences, and whether the second one follows the first one."""

    first: Words
    second: Words
    follows: bool


def nouns(words: Iterable[str]) -> frozenset[str]:
    """Return the nouns of a sentence, each in the form that stands there."""
    return _NOUNS.intersection(words)


def training_together(seed: int, pool: int = POOL) -> Iterator[Together]:
    """Endless pairs without any held-out word pairing; half of them follow."""
    sentences = [pair.english for pair in islice(training_pairs(seed), pool)]
    return _together(sentences, random.Random(seed))


def test_together(count: int, seed: int) -> tuple[Together, ...]:
    """So many pairs of sentences that each hold a word pairing never seen in training."""
    sentences = [pair.english for pair in test_pairs(2 * count, seed)]
    return tuple(islice(_together(sentences, random.Random(seed)), count))


def _together(sentences: Sequence[Words], rng: random.Random) -> Iterator[Together]:
    """Pair sentences: one that follows has a noun of the first sentence in it."""
    about = defaultdict(list)
    for i, words in enumerate(sentences):
        for noun in nouns(words):
            about[noun].append(i)
    topics = [(i, sorted(nouns(words))) for i, words in enumerate(sentences) if nouns(words)]
    while True:
        i, found = rng.choice(topics)
        follows = rng.random() < 0.5
        others = about[rng.choice(found)]
        j = rng.choice(others) if follows else rng.randrange(len(sentences))
        if i != j:
            yield Together(sentences[i], sentences[j], follows)
