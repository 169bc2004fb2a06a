"""Recurrent translators: what is asked of them, and what they computed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.sequence.gates import HeldShare

RecurrentModel = Literal[
    "lstm", "lstm_attention", "rnn", "rnn_attention", "gru", "lstm_32", "lstm_16"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateSpec:
    """One sentence, and the network that translates it."""

    text: str = "my friend does not see the two small black birds"
    model: RecurrentModel = "lstm_attention"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellTrace:
    """What one recurrent layer computed of T words."""

    states: np.ndarray  # (T, hidden) h after each word
    cells: np.ndarray | None  # (T, hidden) c, of an LSTM
    gates: dict[str, np.ndarray]  # (T, hidden) each, by torch's names: i, f, g, o or r, z, n


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Translation:
    """A sentence that a recurrent network read, and what it wrote. S words read, T written."""

    spec: TranslateSpec
    source: tuple[str, ...]  # S tokens, "<eos>" last
    unknown: tuple[str, ...]  # words that the vocabulary lacks
    written: tuple[str, ...]  # T tokens; "<eos>" last where the sentence came to an end
    reference: tuple[str, ...]  # what the Transformer writes, "<eos>" last
    likely: tuple[tuple[tuple[str, float], ...], ...]  # T times the likeliest words
    probability: np.ndarray  # (T,) of the words written
    encoder: CellTrace
    decoder: CellTrace
    weights: np.ndarray | None  # (T, S) attention; None where there is none
    influence: np.ndarray  # (T, S) share of the gradient of each written word's logit
    cross: np.ndarray  # (R, S) cross-attention of the Transformer that writes the reference
    max_difference: float  # of the logits, to torch's own modules
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Forcing:
    """The loss of each word of a reference, after true words and after the network's own."""

    spec: TranslateSpec
    reference: tuple[str, ...]  # T tokens, "<eos>" last
    teacher: tuple[str, ...]  # T: the likeliest word after the true ones
    free: tuple[str, ...]  # what it writes by itself, "<eos>" last
    teacher_loss: np.ndarray  # (T,) float64 nats, of the reference's words after the true ones
    free_loss: np.ndarray  # (T,) the same after its own; NaN where its sentence was over
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MaskedLoss:
    """The loss of a padded batch, term by term: B sentences of at most T words."""

    spec: TranslateSpec
    sentences: tuple[str, ...]  # B, English
    targets: tuple[tuple[str, ...], ...]  # B times T tokens, filled up with "<pad>"
    losses: np.ndarray  # (B, T) float64 nats
    counted: np.ndarray  # (B, T) bool
    masked: float  # sum of the counted terms / their number
    unmasked: float  # mean of all terms
    max_difference: float  # of `masked`, to F.cross_entropy(ignore_index=0)
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PaddedState:
    """What a sentence becomes when the encoder reads on through so much padding."""

    padding: int
    moved: float  # norm of the difference of h / norm of h
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PaddedStates:
    """The state after the last word, and after more and more padding."""

    spec: TranslateSpec
    states: tuple[PaddedState, ...]  # the first without padding
    skipped: float  # largest difference of h, to a packed sequence, when padding is skipped
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthScore:
    """How many sentences of one length are right to the last token."""

    words: int  # English
    sentences: int
    exact: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatorScore:
    """How good one shipped network is on sentences that it has never seen."""

    model: str  # a RecurrentModel, or "transformer"
    parameters: int
    lengths: tuple[LengthScore, ...]
    words_right: float  # 0..1, of all words after the true ones
    masked: float  # nats, mean over the words
    unmasked: float  # nats, mean over words and padding
    exact_padded: float | None  # 0..1, when the encoder reads the padding of a batch
    moved: float | None  # how far that moves the last h: mean of difference / norm

    @property
    def sentences(self) -> int:
        """All sentences."""
        return sum(s.sentences for s in self.lengths)

    @property
    def exact(self) -> float:
        """Share of sentences that are right to the last token, 0..1."""
        return self.exact_from(0)

    def exact_from(self, words: int) -> float:
        """Return the share of right sentences among those of so many words and more, 0..1."""
        rows = [s for s in self.lengths if s.words >= words]
        return sum(s.exact for s in rows) / sum(s.sentences for s in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One network trained anew with a seed of its own, for fewer steps than the shipped ones."""

    model: RecurrentModel
    seed: int
    exact: float  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRun:
    """One LSTM trained anew with a seed of its own, as the shipped networks are; seed 0 is one."""

    model: RecurrentModel
    seed: int
    score: TranslatorScore
    half_life: float  # words, the median over the units of the encoder
    held: tuple[HeldShare, ...]  # right while a gate of the encoder is held at its own mean


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatorScores:
    """Every shipped translator on the same sentences, and trainings over seeds."""

    scores: tuple[TranslatorScore, ...]
    padding: float  # share of the targets that is padding, in one batch of all sentences
    steps: int  # of each training in `runs`
    runs: tuple[SeedRun, ...]
    long_steps: int  # of each training in `long_runs`
    long_runs: tuple[LongRun, ...]
    provenance: Provenance

    def score(self, model: str) -> TranslatorScore:
        """Return one shipped network's score."""
        return next(s for s in self.scores if s.model == model)

    def trained(self, model: str) -> tuple[LongRun, ...]:
        """Return the long trainings of one network, one a seed."""
        return tuple(r for r in self.long_runs if r.model == model)
