"""Words and their numbers. No torch: a page may split a sentence before the networks are there."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models import lexicon

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
PAD, BOS, EOS, UNK = range(4)
MARKS = SPECIAL[:UNK]  # what stands around words, and is none
ENGLISH = SPECIAL + lexicon.english()
FRENCH = SPECIAL + lexicon.french()
MAX_TOKENS = 128  # of a sentence, its <eos> or <bos> not counted
MAX_LETTERS = 40  # of a word; those of the grammar have at most 8
_ENGLISH_IDS = {word: i for i, word in enumerate(ENGLISH)}
_FRENCH_IDS = {word: i for i, word in enumerate(FRENCH)}
_SHORT = {"n't": " not", "i'm": "i am", "'re": " are", "it's": "it is", "he's": "he is"}


class Tokens(NamedTuple):
    """A sentence cut into words."""

    ids: tuple[int, ...]  # UNK for what the vocabulary lacks
    tokens: tuple[str, ...]  # as typed, in lower case
    unknown: tuple[str, ...]  # those mapped to UNK, each once


def tokenize(text: str, *, name: str = N_("the text"), most: int = MAX_TOKENS) -> Tokens:
    """Cut English into words; all punctuation but the question mark is left out.

    Args:
        text: What somebody typed.
        name: What the error line calls it, in English.
        most: Words that it may have.

    Raises:
        ValueError: If no word is left, more than `most` are, one is longer than MAX_LETTERS,
            or a mark such as <pad> stands in the text, which no reader may set.
    """
    lowered = text.lower().replace("’", "'")
    for short, long in _SHORT.items():
        lowered = re.sub(re.escape(short) + r"\b", long, lowered)
    words = re.findall(r"<\w+>|[^\W_]+(?:[-'][^\W_]+)*|\?", lowered)
    if not words:
        raise ValueError(
            _("{name} has no word; try: {example}").format(name=_(name), example="i love cats")
        )
    if reserved := [w for w in words if w in MARKS]:
        raise ValueError(
            _("{name} contains {mark}, which is no word; try: {example}").format(
                name=_(name), mark=reserved[0], example="i love cats"
            )
        )
    if len(words) > most:
        raise ValueError(
            _("{name} has {count} words; the limit is {limit}").format(
                name=_(name), count=len(words), limit=most
            )
        )
    must_be_short(words)
    ids = english_ids(words)
    unknown = dict.fromkeys(w for w, i in zip(words, ids, strict=True) if i == UNK)
    return Tokens(ids, tuple(words), tuple(unknown))


def must_be_short(words: Iterable[str]) -> None:
    """Raise a ValueError with one line for a word that no label has room for."""
    longest = max(words, key=len, default="")
    if len(longest) > MAX_LETTERS:
        begin = f"“{longest[:8]}…”"
        raise ValueError(
            _("{begin} has {count} letters; the limit is {limit} a word").format(
                begin=begin, count=len(longest), limit=MAX_LETTERS
            )
        )


def english_ids(tokens: Iterable[str]) -> tuple[int, ...]:
    """English tokens as numbers; UNK for what the vocabulary lacks."""
    return tuple(_ENGLISH_IDS.get(token, UNK) for token in tokens)


def french_ids(tokens: Iterable[str]) -> tuple[int, ...]:
    """French tokens as numbers; UNK for what the vocabulary lacks."""
    return tuple(_FRENCH_IDS.get(token, UNK) for token in tokens)


def french_tokens(ids: Iterable[int]) -> tuple[str, ...]:
    """French tokens up to the first <eos>, which is left out."""
    tokens = [FRENCH[i] for i in ids]
    return tuple(tokens[: tokens.index("<eos>")] if "<eos>" in tokens else tokens)
