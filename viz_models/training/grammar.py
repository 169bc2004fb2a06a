"""Sentence pairs of a small English and French, drawn at random but right by construction."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from viz_models.models.lexicon import (
    ADJECTIVES,
    ADVERBS,
    ALIVE,
    BE,
    BEFORE_VOWEL,
    DETERMINERS,
    INTRANSITIVE,
    NOUNS,
    OBJECT_PRONOUNS,
    PRONOUNS,
    TRANSITIVE,
    Adjective,
    Kind,
    Noun,
    Verb,
)

VOWELS = tuple("aeiouéèh")  # the h of homme and heureux is mute
UNKNOWN = Noun("<unk>", "<unk>", "<unk>", "<unk>", False, "animal")
UNKNOWN_SHARE = 0.03  # of the nouns in training
HELD_OUT_SHARE = 0.1  # of the pairings
HELD_OUT_SEED = 0
ALWAYS_HELD_OUT = (("love", "cat"), ("black", "cat"))  # the lessons' own examples

Pairing = tuple[str, str]  # adjective or verb, and the noun it belongs to


class SentencePair(NamedTuple):
    """The same thing said twice."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    pairings: frozenset[Pairing]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A subject or an object."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    nouns: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    pairings: frozenset[Pairing] = frozenset()
    form: int = 2  # which of the five forms of a French verb follows it
    be: str = "is"
    plural: bool = False
    feminine: bool = False


@cache
def held_out() -> frozenset[Pairing]:
    """The pairings that no training sentence contains."""
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
    subject = _subject(rng, unknown)
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
    rng: random.Random, subject: _Phrase, negated: bool, asked: bool
) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[Pairing]]:
    """The cats are (not) (very) black."""
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
    rng: random.Random, subject: _Phrase, negated: bool, asked: bool, kind: float, unknown: float
) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[Pairing]]:
    """He does not often see the cat; he sees it; he sleeps."""
    verb = rng.choice(INTRANSITIVE if kind < 0.35 else TRANSITIVE)
    adverb = rng.choice(ADVERBS) if rng.random() < 0.15 else None
    thing = _Phrase((), ())
    clitic: tuple[str, ...] = ()
    if kind >= 0.5:
        thing = _noun_phrase(rng, verb.of, unknown, verb=verb, negated=negated)
    elif kind >= 0.35:
        english_object, french_object = _object_pronoun(rng, subject, verb)
        thing, clitic = _Phrase((english_object,), ()), (french_object,)
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


def _negated(
    subject: _Phrase, clitic: tuple[str, ...], verb: str, negated: bool
) -> tuple[str, ...]:
    """Subject, pronoun and verb, between "ne" and "pas" if so."""
    middle = ("ne", *clitic, verb, "pas") if negated else (*clitic, verb)
    return (*subject.french, *middle)


def _subject(rng: random.Random, unknown: float) -> _Phrase:
    if rng.random() < 0.5:
        english, be, french, form, plural, kind = rng.choice(PRONOUNS)
        feminine = english == "she"
        return _Phrase((english,), (french,), (), (kind,), frozenset(), form, be, plural, feminine)
    first = _noun_phrase(rng, ALIVE, unknown)
    if rng.random() > 0.08:
        return first
    second = _noun_phrase(rng, ALIVE, unknown)
    return _Phrase(
        (*first.english, "and", *second.english),
        (*first.french, "et", *second.french),
        first.nouns + second.nouns,
        first.kinds + second.kinds,
        first.pairings | second.pairings,
        form=4,
        be="are",
        plural=True,
        feminine=first.feminine and second.feminine,
    )


def _noun_phrase(
    rng: random.Random,
    kinds: tuple[Kind, ...],
    unknown: float,
    *,
    verb: Verb | None = None,
    negated: bool = False,
) -> _Phrase:
    """A noun with what belongs to it.

    Args:
        rng: Where the choices come from.
        kinds: What the noun may be.
        unknown: Share of <unk>.
        verb: Whose object it is; None for a subject.
        negated: Whether the verb is.
    """
    nouns = [noun for noun in NOUNS if noun.kind in kinds]
    noun = UNKNOWN if rng.random() < unknown else rng.choice(nouns)
    plural = noun is not UNKNOWN and rng.random() < 0.45
    english_article, article = _article(rng, noun, plural, verb)
    bare = english_article == ""
    if bare and verb is not None:
        plural = True  # "i love cat", as learners write it, means them all
    adjectives = _adjectives(rng, noun)
    before = [a for a in adjectives if a.before]
    if article == "des" and before:
        article = "de"
    if negated and verb is not None and not verb.generic and article in ("un", "une", "des"):
        article = "de"
    form = 2 * plural + noun.feminine
    singular_said = bare and verb is not None and rng.random() < 0.15
    name = noun.en_plural if plural and not singular_said else noun.en
    return _Phrase(
        (*([english_article] if english_article else []), *(a.en for a in adjectives), name),
        (
            article,
            *(a.fr[form] for a in before),
            noun.fr_plural if plural else noun.fr,
            *(a.fr[form] for a in adjectives if not a.before),
        ),
        (noun.en,),
        (noun.kind,),
        frozenset((a.en, noun.en) for a in adjectives),
        form=4 if plural else 2,
        be="are" if plural else "is",
        plural=plural,
        feminine=noun.feminine,
    )


def _article(rng: random.Random, noun: Noun, plural: bool, verb: Verb | None) -> tuple[str, str]:
    """English and French determiner; the English one may be empty."""
    bare = 0.35 if verb is not None and verb.generic else 0.25
    if (plural or noun is UNKNOWN) and rng.random() < bare:
        return "", "les" if verb is None or verb.generic else "des"
    fits = [d for d in DETERMINERS if d[plural]]
    weights = [4 if d[0] == "the" else 2 if d[0] == "a" else 1 for d in fits]
    chosen = rng.choices(fits, weights)[0]
    return chosen[plural], chosen[4] if plural else chosen[2 + noun.feminine]


def _adjectives(rng: random.Random, noun: Noun) -> tuple[Adjective, ...]:
    """None, one, or one that French says before the noun and one after it."""
    fits = [a for a in ADJECTIVES if noun.kind in a.of]
    draw = rng.random()
    if draw < 0.55:
        return ()
    if draw < 0.88:
        return (rng.choice(fits),)
    before, after = [a for a in fits if a.before], [a for a in fits if not a.before]
    return rng.choice(before), rng.choice(after)


def _object_pronoun(rng: random.Random, subject: _Phrase, verb: Verb) -> tuple[str, str]:
    """Him, her, ...; but not "i see me"."""
    own = {"i": "me", "we": "us", "you": "you"}.get(subject.english[0])
    return rng.choice(
        [(en, fr) for en, fr, kind in OBJECT_PRONOUNS if en != own and kind in verb.of]
    )


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
