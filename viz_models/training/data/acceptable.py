"""Right sentences of the grammar, and wrong ones: one verb has the form of another subject."""

import random
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from viz_models.analysis.sequence.verb_forms import other_forms
from viz_models.training.data.grammar import SentencePair, test_pairs, training_pairs


class Example(NamedTuple):
    """A sentence, and whether it is right."""

    words: tuple[str, ...]
    right: bool


def training_examples(count: int, seed: int) -> tuple[Example, ...]:
    """So many sentences without any held-out word pairing; half of them are wrong."""
    return tuple(islice(_examples(training_pairs(seed), seed), count))


def test_examples(count: int, seed: int) -> tuple[Example, ...]:
    """So many sentences, each with a word pairing never seen in training; half are wrong."""
    return tuple(islice(_examples(iter(test_pairs(2 * count, seed)), seed), count))


def _examples(pairs: Iterator[SentencePair], seed: int) -> Iterator[Example]:
    """Right and wrong in turn, each from a sentence of its own."""
    rng, right = random.Random(seed), True
    for pair in pairs:
        words = pair.english
        forms = other_forms(words)
        if not forms or "<unk>" in words:  # nothing to get wrong, or nobody can tell
            continue
        if not right:
            place, form = rng.choice(forms)
            words = (*words[:place], form, *words[place + 1 :])
        yield Example(words, right)
        right = not right
