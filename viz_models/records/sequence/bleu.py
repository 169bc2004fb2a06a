"""BLEU: what was asked, every n-gram that was counted, and the score under seven conventions."""

from dataclasses import dataclass

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class BleuSpec:
    """A reference and a translation of it, as words."""

    reference: tuple[str, ...]
    translation: tuple[str, ...]
    max_order: int = 4  # n-grams of 1 to this many words


@dataclass(frozen=True, slots=True, kw_only=True)
class Ngram:
    """One n-gram of the translation."""

    words: tuple[str, ...]
    start: int  # word of the translation at which it begins
    in_translation: int  # how often it occurs there
    in_reference: int
    matched: bool  # whether this occurrence counts; the first `in_reference` ones do

    @property
    def is_clipped(self) -> bool:
        """Whether it occurs in the reference, but not as often as here."""
        return not self.matched and self.in_reference > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All n-grams of one length."""

    n: int
    ngrams: tuple[Ngram, ...]

    @property
    def matched(self) -> int:
        """Number of n-grams that count: the numerator of p_n."""
        return sum(ngram.matched for ngram in self.ngrams)

    @property
    def total(self) -> int:
        """Number of n-grams of the translation: the denominator of p_n."""
        return len(self.ngrams)

    @property
    def precision(self) -> float:
        """p_n; zero if the translation has no n-gram of this length."""
        return self.matched / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """The score as one way of computing it has it."""

    key: str
    score: float  # 0 to 1
    halved: tuple[float, ...]  # share that a score loses if p_1, p_2, ... is halved


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bleu:
    """A translation, counted."""

    spec: BleuSpec
    orders: tuple[Order, ...]
    brevity_penalty: float  # exp(1 - r/c) if the translation is shorter than the reference, else 1
    conventions: tuple[Convention, ...]
    provenance: Provenance

    def convention(self, key: str) -> Convention:
        """Return one convention, such as "paper"."""
        return next(c for c in self.conventions if c.key == key)

    def score(self, key: str) -> float:
        """Return the score under one convention."""
        return self.convention(key).score
