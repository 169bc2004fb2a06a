"""The forms of English verbs: what must be exchanged to make a right sentence wrong."""

from collections.abc import Sequence

from viz_models.models.lexicon import INTRANSITIVE, TRANSITIVE

_BE = ("am", "is", "are")
_PAIRS = [("do", "does")] + [
    (verb.en.split()[0], verb.en_third.split()[0]) for verb in TRANSITIVE + INTRANSITIVE
]
_OTHERS: dict[str, tuple[str, ...]] = {
    **{word: tuple(other for other in _BE if other != word) for word in _BE},
    **{a: (b,) for a, b in _PAIRS},
    **{b: (a,) for a, b in _PAIRS},
}


def other_forms(words: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Return every way to give one verb another form: its place, and the form."""
    return tuple((i, form) for i, word in enumerate(words) for form in _OTHERS.get(word, ()))
