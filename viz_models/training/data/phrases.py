"""Subjects and objects of the small grammar, in both languages at once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from viz_models.models.lexicon import (
    ADJECTIVES,
    ALIVE,
    DETERMINERS,
    NOUNS,
    OBJECT_PRONOUNS,
    PRONOUNS,
    Adjective,
    Kind,
    Noun,
    Verb,
)

UNKNOWN = Noun("<unk>", "<unk>", "<unk>", "<unk>", False, "animal")

Pairing = tuple[str, str]  # adjective or verb, and the noun it belongs to


@dataclass(frozen=True, slots=True)
class Phrase:
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


def subject(rng: random.Random, unknown: float) -> Phrase:
    """Return a pronoun, a noun, or two nouns.

    Args:
        rng: Where the choices come from.
        unknown: Share of the nouns that become <unk>.
    """
    if rng.random() < 0.5:
        english, be, french, form, plural, kind = rng.choice(PRONOUNS)
        feminine = english == "she"
        return Phrase((english,), (french,), (), (kind,), frozenset(), form, be, plural, feminine)
    first = noun_phrase(rng, ALIVE, unknown)
    if rng.random() > 0.08:
        return first
    second = noun_phrase(rng, ALIVE, unknown)
    return Phrase(
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


def noun_phrase(
    rng: random.Random,
    kinds: tuple[Kind, ...],
    unknown: float,
    *,
    verb: Verb | None = None,
    negated: bool = False,
) -> Phrase:
    """Return a noun with what belongs to it.

    Args:
        rng: Where the choices come from.
        kinds: What the noun may be.
        unknown: Share of <unk>.
        verb: Whose object it is; None for a subject.
        negated: Whether the verb is.
    """
    nouns = [noun for noun in NOUNS if noun.kind in kinds]
    noun = UNKNOWN if rng.random() < unknown else rng.choice(nouns)
    drawn_plural = noun is not UNKNOWN and rng.random() < 0.45
    english_article, drawn_article = _article(rng, noun, drawn_plural, verb)
    means_all = verb is not None and english_article == ""  # "i love cats"
    plural = drawn_plural or means_all
    adjectives = _adjectives(rng, noun)
    before = [a for a in adjectives if a.before]
    article = _shortened(drawn_article, verb if negated else None, before)
    form = 2 * plural + noun.feminine
    as_learners_do = means_all and rng.random() < 0.15  # "i love cat"
    name = noun.en_plural if plural and not as_learners_do else noun.en
    return Phrase(
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


def _shortened(article: str, negated: Verb | None, before: Sequence[Adjective]) -> str:
    """Return the French article, which is "de" before an adjective, and after "ne ... pas".

    Args:
        article: As drawn.
        negated: The verb whose object it stands before, if that is negated.
        before: The adjectives between the article and the noun.
    """
    if article == "des" and before:
        return "de"
    none_at_all = negated is not None and not negated.generic
    return "de" if none_at_all and article in ("un", "une", "des") else article


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


def object_pronoun(rng: random.Random, doer: Phrase, verb: Verb) -> tuple[str, str]:
    """Him, her, ...; but not "i see me"."""
    own = {"i": "me", "we": "us", "you": "you"}.get(doer.english[0])
    return rng.choice(
        [(en, fr) for en, fr, kind in OBJECT_PRONOUNS if en != own and kind in verb.of]
    )
