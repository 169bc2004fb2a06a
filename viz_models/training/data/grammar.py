"""Sentence pairs of a small English and French, drawn at random but right by construction."""

import random
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from viz_models.models.lexicon import (
    ADJECTIVES,
    ADVERBS,
    ALL,
    BE,
    BEFORE_VOWEL,
    INTRANSITIVE,
    NOUNS,
    TRANSITIVE,
)
from viz_models.training.data import phrases
from viz_models.training.data.phrases import Pairing, Phrase, noun_phrase, object_pronoun

VOWELS = tuple("aeiouéèh")  # the h of homme and heureux is mute
UNKNOWN_SHARE = 0.03  # of the nouns in training
HELD_OUT_SHARE = 0.1  # of the pairings
HELD_OUT_SEED = 0
ALWAYS_HELD_OUT = (("love", "cat"), ("black", "cat"))  # the lessons' own examples


class SentencePair(NamedTuple):
    """The same thing said twice."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    pairings: frozenset[Pairing]


@cache
def held_out() -> frozenset[Pairing]:
    """Return the pairings that no training sentence contains."""
    rng = random.Random(HELD_OUT_SEED)
    adjectives = [(a.en, n.en) for a in ADJECTIVES for n in NOUNS if n.kind in a.of]
    verbs = [(v.en, n.en) for v in TRANSITIVE for n in NOUNS if n.kind in v.of]
    chosen = [
        pairing
        for pairings in (adjectives, verbs)
        for pairing in rng.sample(pairings, round(HELD_OUT_SHARE * len(pairings)))
    ]
    return frozenset(chosen).union(ALWAYS_HELD_OUT)


def training_pairs(seed: int) -> Iterator[SentencePair]:
    """Endless pairs without any held-out pairing; a few nouns are <unk> in both languages."""
    rng = random.Random(seed)
    while True:
        pair = sentence(rng, UNKNOWN_SHARE)
        if not pair.pairings & held_out():
            yield pair


def test_pairs(count: int, seed: int) -> tuple[SentencePair, ...]:
    """So many different pairs, each with at least one held-out pairing."""
    rng = random.Random(seed)
    found: dict[tuple[str, ...], SentencePair] = {}
    while len(found) < count:
        pair = sentence(rng)
        if pair.pairings & held_out():
            found[pair.english] = pair
    return tuple(found.values())


def sentence(rng: random.Random, unknown: float = 0.0) -> SentencePair:
    """One pair drawn at random.

    Args:
        rng: Where the choices come from.
        unknown: Share of the nouns that become <unk>.
    """
    if rng.random() < 0.06:
        alone = noun_phrase(rng, ALL, unknown)  # "the black cat"
        return SentencePair(_articles(alone.english), _elided(alone.french), alone.pairings)
    subject = phrases.subject(rng, unknown)
    negated = rng.random() < 0.25
    asked = not negated and rng.random() < 0.12
    kind = rng.random()
    if kind < 0.25:
        english, french, pairings = _being(rng, subject, negated, asked)
    else:
        english, french, pairings = _doing(rng, subject, negated, asked, kind, unknown)
    if asked:
        english, french = (*english, "?"), ("est-ce", "que", *french, "?")
    return SentencePair(_articles(english), _elided(french), frozenset(pairings | subject.pairings))


def _being(
    rng: random.Random, subject: Phrase, negated: bool, asked: bool
) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[Pairing]]:
    """Write a sentence such as "the cats are (not) (very) black"."""
    adjective = rng.choice([a for a in ADJECTIVES if set(subject.kinds) <= set(a.of)])
    very = rng.random() < 0.25
    what = ("very", adjective.en) if very else (adjective.en,)
    start = (subject.be, *subject.english) if asked else (*subject.english, subject.be)
    english = (*start, *(["not"] if negated else []), *what)
    french = (
        *_negated(subject, (), BE.fr[subject.form], negated),
        *(["très"] if very else []),
        adjective.fr[2 * subject.plural + subject.feminine],
    )
    return english, french, frozenset((adjective.en, noun) for noun in subject.nouns)


def _doing(
    rng: random.Random, subject: Phrase, negated: bool, asked: bool, kind: float, unknown: float
) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[Pairing]]:
    """He does not often see the cat; he sees it; he sleeps."""
    verb = rng.choice(INTRANSITIVE if kind < 0.35 else TRANSITIVE)
    adverb = rng.choice(ADVERBS) if rng.random() < 0.15 else None
    thing = Phrase((), ())
    clitic: tuple[str, ...] = ()
    if kind >= 0.5:
        thing = noun_phrase(rng, verb.of, unknown, verb=verb, negated=negated)
    elif kind >= 0.35:
        english_object, french_object = object_pronoun(rng, subject, verb)
        thing, clitic = Phrase((english_object,), ()), (french_object,)
    third = subject.be == "is"
    often = adverb[:1] if adverb else ()
    if negated or asked:
        do = "does" if third else "do"
        start = (do, *subject.english) if asked else (*subject.english, do, "not")
        said = verb.en
    else:
        start, said = subject.english, verb.en_third if third else verb.en
    english = (*start, *often, *said.split(), *thing.english)
    french = (
        *_negated(subject, clitic, verb.fr[subject.form], negated),
        *(adverb[1:] if adverb else ()),
        *thing.french,
    )
    own = frozenset((verb.en, noun) for noun in thing.nouns)
    return english, french, own | thing.pairings


def _negated(subject: Phrase, clitic: tuple[str, ...], verb: str, negated: bool) -> tuple[str, ...]:
    """Subject, pronoun and verb, between "ne" and "pas" if so."""
    middle = ("ne", *clitic, verb, "pas") if negated else (*clitic, verb)
    return (*subject.french, *middle)


def _articles(words: tuple[str, ...]) -> tuple[str, ...]:
    """Say "an" before a vowel."""
    following = (*words[1:], "")
    return tuple(
        "an" if w == "a" and n.startswith(tuple("aeiou")) else w
        for w, n in zip(words, following, strict=True)
    )


def _elided(words: tuple[str, ...]) -> tuple[str, ...]:
    """Say "l'" before a vowel, and "mon", "cet"."""
    following = (*words[1:], "")
    return tuple(
        BEFORE_VOWEL.get(w, w) if n.startswith(VOWELS) else w
        for w, n in zip(words, following, strict=True)
    )
