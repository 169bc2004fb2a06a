"""A small BERT: which words were spoiled, what it guesses, and how four ways to spoil compare."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.train.paired import Verdict

Arm = Literal["bert", "mask", "random", "kept"]  # how the words of a trained network were spoiled
Deed = Literal["mask", "random", "kept"]  # what is done to one chosen word
RATE = 0.15  # share of the words that are chosen, section 3.1 of arXiv:1810.04805


class Shares(NamedTuple):
    """What becomes of a chosen word; the three shares sum to 1."""

    mask: float  # [MASK] stands there instead
    random: float  # any word of the vocabulary, which may be the same one
    kept: float  # it stays


ARMS: dict[Arm, Shares] = {
    "bert": Shares(0.8, 0.1, 0.1),
    "mask": Shares(1.0, 0.0, 0.0),
    "random": Shares(0.0, 1.0, 0.0),
    "kept": Shares(0.0, 0.0, 1.0),
}


class Spoil(NamedTuple):
    """One word that the reader chose."""

    place: int  # column of [CLS] a [SEP] b [SEP]
    deed: Deed
    word: str = ""  # what stands there instead, of a random one


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedSpec:
    """Two sentences, the network that reads them, and the words that were spoiled."""

    first: str = "the black cat sleeps"
    second: str = "she loves the cat"  # may be empty
    net: Arm = "bert"
    spoiled: tuple[Spoil, ...] = ()  # in the order of their places


class Guess(NamedTuple):
    """A word and its probability."""

    word: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One column: a token, what stands there, and what the network guesses for it."""

    token: str  # as typed
    shown: str  # as the network reads it: the token, [MASK] or a random word
    deed: Deed | None  # None if the word was not chosen
    is_word: bool  # False for [CLS] and [SEP]
    known: bool  # False for <unk>, which is never chosen
    guesses: tuple[Guess, ...]  # the likeliest first
    p_shown: float | None  # probability of the word that stands there; None of [MASK] and <unk>
    p_true: float | None  # probability of the typed word; None of <unk>


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MaskedReading:
    """What one network makes of two sentences."""

    spec: MaskedSpec
    places: tuple[Place, ...]
    unknown: tuple[str, ...]  # words that are read as <unk>
    follows: float | None  # probability that B follows A; None without a second sentence
    loss: float | None  # mean of -ln p at the chosen places; None if none was chosen
    attention: np.ndarray  # (layers, H, T, T)
    max_difference: float  # to torch's nn.TransformerEncoder, over all hidden values
    relative: float  # the same, over the sum of the absolute terms
    provenance: Provenance


class Counted(NamedTuple):
    """What throws of the dice did to words so far."""

    words: int  # that could be chosen
    mask: int
    random: int
    kept: int

    @property
    def chosen(self) -> int:
        """Number of chosen words."""
        return self.mask + self.random + self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedScores:
    """How good a network is on unseen pairs of sentences; shares of 1."""

    masked: float  # the word under [MASK] is the likeliest one
    kept: float  # at chosen places that were left alone, the word that stands there is
    random: float  # at chosen places with a random word, the word that stood there is
    found: float  # area under the ROC curve of p(word that stands there): random against real
    follows: float  # next-sentence prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedRun:
    """One trained network."""

    arm: Arm
    seed: int
    scores: MaskedScores


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedRuns:
    """Networks that were trained alike but for how their chosen words were spoiled."""

    runs: tuple[MaskedRun, ...]
    steps: int
    batch_size: int
    pairs: int  # of sentences in the test
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPoint:
    """The shipped 80/10/10 network where this share of all words is masked."""

    rate: float
    right: tuple[float, ...]  # share of masked words that it guesses, one for each throw
    chosen: float  # masked words in a pair of sentences, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedContext:
    """How much a network still knows when more and more of the context is masked."""

    points: tuple[ContextPoint, ...]
    pairs: int
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One score of one kind of network over its seeds, beside the kind that is compared with."""

    mean: float
    values: tuple[float, ...]  # one a seed, in their order
    low: float | None  # ends of the 95 % t-interval of the mean; None below two seeds
    high: float | None
    difference: float | None  # mean over pairs of equal seeds; None of the first kind itself
    difference_low: float | None
    difference_high: float | None
    verdict: Verdict | None  # of the difference; none below five pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One kind of network, all its scores."""

    arm: Arm
    scores: dict[str, Measured]  # field of MaskedScores -> what was measured
