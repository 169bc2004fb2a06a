"""Where else a unit of the LSTM has the value that it has here: what was asked and found."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.sequence.gates import Net

Part = Literal["h", "c", "f", "i", "o", "g"]  # of a unit; gates by torch's names
PARTS: tuple[Part, ...] = ("h", "c", "f", "i", "o", "g")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Corpus:
    """What an encoder computed of many sentences. N words in all of them, H units."""

    net: Net
    sentences: tuple[tuple[str, ...], ...]  # tokens; the last is "<eos>"
    places: tuple[tuple[int, int], ...]  # N: sentence and word
    values: dict[Part, np.ndarray]  # part -> (N, H) float32
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One word of one sentence, and what the unit's value is after it."""

    tokens: tuple[str, ...]  # of the whole sentence
    word: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMean:
    """The mean value of the unit after one word, wherever it stands."""

    word: str
    value: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Where else a unit has nearly this value, and after which words it is high and low."""

    part: Part
    unit: int
    value: float
    nearest: tuple[Place, ...]  # no two of them after the same words
    highest: tuple[WordMean, ...]  # the highest first
    lowest: tuple[WordMean, ...]  # the lowest first
    sentences: int
    words: int  # in all sentences
    provenance: Provenance
