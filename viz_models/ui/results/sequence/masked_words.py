"""The door from the lesson on masked words to what is computed; torch waits behind it."""

from typing import TYPE_CHECKING

from viz_models.recordings.sequence import masked_words as recordings
from viz_models.records.sequence.masked_words import (
    Compared,
    Counted,
    MaskedContext,
    MaskedReading,
    MaskedRuns,
    MaskedSpec,
    Spoil,
)
from viz_models.ui.kit.cache import cached

if TYPE_CHECKING:
    from viz_models.analysis.sequence.masked_words import Columns


@cached()
def columns(first: str, second: str) -> "Columns":
    """Two sentences as [CLS] a [SEP] b [SEP].

    Raises:
        ValueError: With one line for the reader, if a sentence cannot be read.
    """
    from viz_models.analysis.sequence.masked_words import columns as compute

    return compute(first, second)


@cached()
def reading(spec: MaskedSpec) -> MaskedReading:
    """Return what a network guesses for every word of two sentences."""
    from viz_models.analysis.sequence.masked_words import read

    return read(spec)


def random_word(place: int, token: str) -> str:
    """Return the word that stands at a place after a click for a random one."""
    from viz_models.analysis.sequence.masked_words import random_word as compute

    return compute(place, token)


def throw(ids: tuple[int, ...], seed: int) -> tuple[Spoil, ...]:
    """Throw the dice once over the words of one row."""
    from viz_models.analysis.sequence.masked_words import throw as compute

    return compute(ids, seed)


def count_throws(ids: tuple[int, ...], throws: int, seed: int) -> Counted:
    """Throw the dice many times over the same words, and count."""
    from viz_models.analysis.sequence.masked_words import count_throws as compute

    return compute(ids, throws, seed)


def arms() -> MaskedRuns:
    """Return networks whose chosen words were spoiled in four ways."""
    return recordings.load_arms()


@cached()
def compared() -> tuple[Compared, ...]:
    """Return each of the four ways to spoil words, beside 80/10/10."""
    from viz_models.analysis.sequence.masked_compare import compared as compute

    return compute(arms())


def context() -> MaskedContext:
    """Return what the 80/10/10 network guesses when more and more is masked."""
    return recordings.load_context()
