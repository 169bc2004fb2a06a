"""Writing word by word: greedy, beam, teacher forcing, sampling."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeSpec:
    """One translation, searched for with a beam."""

    text: str = "i love cats"
    width: int = 1  # hypotheses kept; 1 is greedy


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Written:
    """A sentence and what the network said of each of its words. T words, V in the vocabulary.

    Row t was asked with the words before t given, whoever wrote them.
    """

    source: tuple[str, ...]  # S tokens, "<eos>" last
    tokens: tuple[str, ...]  # T tokens; "<eos>" last where the sentence came to an end
    vocabulary: tuple[str, ...]  # V
    probabilities: np.ndarray  # (T, V): each row sums to 1
    chosen: np.ndarray  # (T,) int64: which word stands there
    log_probabilities: np.ndarray  # (T,) float64, natural logarithm, of the words that stand there
    cross: np.ndarray  # (layers, H, T, S): where word t's query looked
    max_difference: float  # of the logits, between cached steps and one whole pass

    @property
    def probability(self) -> np.ndarray:
        """(T,) of the words that stand there."""
        return self.probabilities[np.arange(len(self.chosen)), self.chosen]

    @property
    def log_probability(self) -> float:
        """Of the sentence: the sum over its words, natural logarithm."""
        return float(self.log_probabilities.sum())

    def best(self, t: int, count: int) -> list[tuple[str, float]]:
        """Return the likeliest words at t and their probabilities."""
        order = np.argsort(-self.probabilities[t], kind="stable")[:count]
        return [(self.vocabulary[i], float(self.probabilities[t, i])) for i in order]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamNode:
    """One word tried after one hypothesis."""

    step: int  # from 0
    parent: int  # position in the tree; -1 for the first word
    token: str
    log_probability: float  # of this word
    total: float  # of the hypothesis up to it
    kept: bool  # among the best so far
    ended: bool  # "<eos>": the hypothesis is complete


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decoding:
    """The search and what it found."""

    spec: DecodeSpec
    unknown: tuple[str, ...]  # words that the vocabulary lacks
    tree: tuple[BeamNode, ...]
    path: tuple[int, ...]  # nodes of the sentence found
    written: Written  # the sentence found
    greedy: tuple[str, ...]  # what always taking the likeliest word writes
    greedy_log_probability: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipSpec:
    """A word replaced on the way, to see who recovers."""

    text: str = "i love cats"
    step: int = 1  # of the replaced word, from 0
    rank: int = 1  # which likely word is written there; 0 is the likeliest: no slip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Slip:
    """Teacher forcing beside free running after a slip."""

    spec: SlipSpec
    teacher: Written  # the reference, each word asked for after the true ones
    free: Written  # written after the slip and all that followed from it
    reference_when_free: np.ndarray  # (T,) of the reference's words, after the free ones; NaN
    # where the free sentence was over
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSpec:
    """Words drawn from the language model."""

    prompt: str = "i love"
    temperature: float = 1.0
    top_k: int | None = None  # None: all words
    seed: int = 0
    sentences: int = 5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sample:
    """The next word's probabilities before and after, and sentences drawn from the latter."""

    spec: SampleSpec
    prompt: tuple[str, ...]
    unknown: tuple[str, ...]
    vocabulary: tuple[str, ...]  # V
    before: np.ndarray  # (V,) softmax of the logits
    after: np.ndarray  # (V,) softmax of logits / temperature, over the top k alone
    entropy: tuple[float, float]  # bits, before and after
    sentences: tuple[tuple[str, ...], ...]  # what was drawn after the prompt
    greedy: tuple[str, ...]  # what always taking the likeliest word writes
    max_difference: float  # of `before`, cached steps to one whole pass
    provenance: Provenance
