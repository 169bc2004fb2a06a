"""The gates of an LSTM that reads a sentence: what was asked, and what was computed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

Net = Literal["lstm", "lstm_attention"]  # the decoder sees the last state only, or all of them
Gate = Literal["i", "f", "o"]  # torch's names of z_i, z_f and z_o
Hold = Literal["0", "0.5", "1", "mean"]
NETS: tuple[Net, ...] = ("lstm", "lstm_attention")
GATES: tuple[Gate, ...] = ("f", "i", "o")
HOLDS: tuple[Hold, ...] = ("0", "0.5", "1", "mean")


def half_lives(forget: np.ndarray) -> np.ndarray:
    """(H,) mean forget gates to (H,) words after which half is lost: ln 0.5 / ln(mean z_f)."""
    half: np.ndarray = np.log(0.5) / np.log(forget.astype(np.float64))
    return half


@dataclass(frozen=True, slots=True, kw_only=True)
class GatesSpec:
    """A sentence, and the network whose encoder reads it."""

    text: str = "the black cats sleep"
    net: Net = "lstm"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Unrolled:
    """Everything that the encoder computes of a sentence. T words, H units; float32 (T, H)."""

    spec: GatesSpec
    tokens: tuple[str, ...]  # T, the end of the sentence included
    unknown: tuple[str, ...]  # words that it does not know
    g: np.ndarray  # z: what may be written, tanh
    i: np.ndarray  # z_i: how much of it is written
    f: np.ndarray  # z_f: how much of the cell state stays
    o: np.ndarray  # z_o: how much of it is shown
    before: np.ndarray  # c' before each word
    c: np.ndarray  # z_f c' + z_i z
    h: np.ndarray  # z_o tanh(c)
    max_difference: float  # of all h and c to torch.nn.LSTM with the same weights
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One product of a sum, such as a number of the word times its weight."""

    name: str  # "x[12]" or "h'[3]"
    weight: float
    value: float

    @property
    def product(self) -> float:
        """Return weight times value."""
        return self.weight * self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSum:
    """How one gate of one unit comes about: W x + b + U h' + b, then sigmoid or tanh."""

    gate: Literal["g", "i", "f", "o"]
    read: float  # W x + b
    carried: float  # U h' + b
    value: float
    largest: tuple[Term, ...]  # the largest products of both sums
    rest: float  # all the others, and both biases


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Unit:
    """One unit of the encoder at one word."""

    unit: int
    word: int
    sums: tuple[GateSum, ...]  # i, f, g, o, as torch has them
    before: float  # c'
    c: float
    h: float
    max_difference: float  # of c and h to torch.nn.LSTM
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Held:
    """A sentence translated while a gate of the encoder does not move."""

    free: tuple[str, ...]  # the translation
    held: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShare:
    """How many unseen sentences are right while a gate of the encoder is held."""

    gate: Gate
    hold: Hold
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScore:
    """How often one word was read rightly."""

    word: str
    right: int
    of: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Readout:
    """A linear layer with a softmax that reads a state of the encoder. K classes, H units."""

    classes: tuple[str, ...]  # K
    weight: np.ndarray  # (K, H) float32
    bias: np.ndarray  # (K,) float32
    fitted_on: int  # states
    right: int  # of other states
    guessed: int  # of these, by always naming the most frequent class
    of: int
    hardest: WordScore | None  # the word that it reads wrongly most often; None: one a sentence

    def probabilities(self, states: np.ndarray) -> np.ndarray:
        """(T, H) states to (T, K) probabilities."""
        scores = states @ self.weight.T + self.bias
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares: np.ndarray = powers / powers.sum(1, keepdims=True)
        return shares


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NetGates:
    """The gates of one network's encoder over many sentences. H units."""

    net: Net
    means: dict[str, np.ndarray]  # gate -> (H,) float32, mean over all words
    right: int  # sentences, with all gates free
    right_after_padding: int  # with the state that follows the padding
    shares: tuple[HeldShare, ...]
    kinds: Readout  # n to 1: which kind of sentence, from the last state
    words: Readout  # n to n: which class of word, from the state after each

    @property
    def half_lives(self) -> np.ndarray:
        """Return (H,) words after which a unit has lost half."""
        return half_lives(self.means["f"])

    def right_while(self, gate: Gate, hold: Hold) -> int:
        """Return how many sentences are right while this gate is held."""
        return next(s.right for s in self.shares if (s.gate, s.hold) == (gate, hold))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GatesOverSentences:
    """Both networks over the same unseen sentences."""

    sentences: int
    nets: tuple[NetGates, ...]
    provenance: Provenance

    def of(self, net: Net) -> NetGates:
        """Return one network."""
        return next(n for n in self.nets if n.net == net)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a linear layer reads from one state: the likeliest class."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Readings:
    """Three ways to use the states of one recurrent network, with what they really say."""

    tokens: tuple[str, ...]  # S words of the sentence, its end included
    kind: Read  # n to 1: from the last state of the encoder
    words: tuple[Read, ...]  # n to n: from the state after each word, but not after the end
    written: tuple[
        str, ...
    ]  # 1 to n: what the decoder writes from the last state, its end included
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Padded:
    """A sentence with padding behind it, read by an encoder that stops and by one that does not."""

    tokens: tuple[str, ...]  # T, with the padding
    words: int  # that are no padding
    packed: np.ndarray  # (T, H) float32: h, which stands still at the padding
    unpacked: np.ndarray  # (T, H): h of an encoder that reads the padding too
    moved: float  # ||last h unpacked - last h packed|| / ||last h packed||
    written: tuple[str, ...]  # from the last word's state
    written_after_padding: tuple[str, ...]  # from out[:, -1]
    max_difference: float  # of packed to nn.LSTM with pack_padded_sequence
    provenance: Provenance
