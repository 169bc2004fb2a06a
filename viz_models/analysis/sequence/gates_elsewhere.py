"""Where else a unit of the encoder has the value that it has here, among many sentences.

References:
    Strobelt et al. 2018, LSTMVis, section 5, arXiv:1606.07461, find words with similar states.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from viz_models.models.sequence.shipped import recurrent
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import EOS, PAD, english_ids
from viz_models.records import Provenance
from viz_models.records.sequence.gates import Net
from viz_models.records.sequence.gates_elsewhere import (
    PARTS,
    Corpus,
    Elsewhere,
    Part,
    Place,
    WordMean,
)

NEAREST = 8  # places
EXTREMES = 3  # words with the highest mean, and with the lowest
LEAST = 5  # times that a word must stand somewhere to have a mean


@torch.no_grad()
def corpus(net: Net, sentences: Sequence[Sequence[str]]) -> Corpus:
    """Read sentences with an encoder, and keep every gate and state of every word.

    Args:
        net: Whose encoder.
        sentences: English words, without an end.
    """
    ids = [torch.tensor([*english_ids(words), EOS]) for words in sentences]
    source = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD)
    with recurrent(net) as model:
        found = model.encode(source)
    assert found.cells is not None
    real = source != PAD
    values: dict[Part, Tensor] = {"h": found.states, "c": found.cells}
    values |= {"f": found.gates["f"], "i": found.gates["i"]}
    values |= {"o": found.gates["o"], "g": found.gates["g"]}
    return Corpus(
        net=net,
        sentences=tuple((*words, "<eos>") for words in sentences),
        places=tuple((i, j) for i, j in real.nonzero().tolist()),
        values={part: values[part][real].numpy() for part in PARTS},
        provenance=Provenance(versions=torch_version()),
    )


def elsewhere(found: Corpus, part: Part, unit: int, value: float) -> Elsewhere:
    """Return where else a unit has nearly this value, and after which words it is high and low.

    Two places after the same words from the start have the same state, so only one is named.
    """
    column = found.values[part][:, unit]
    return Elsewhere(
        part=part,
        unit=unit,
        value=value,
        nearest=_nearest(found, column, value),
        highest=(means := _means(found, column))[:EXTREMES],
        lowest=means[: -EXTREMES - 1 : -1],
        sentences=len(found.sentences),
        words=len(column),
        provenance=found.provenance,
    )


def _nearest(found: Corpus, column: np.ndarray, value: float) -> tuple[Place, ...]:
    seen: dict[tuple[str, ...], Place] = {}
    for n in np.argsort(np.abs(column - value), kind="stable").tolist():
        sentence, word = found.places[n]
        tokens = found.sentences[sentence]
        place = Place(tokens=tokens, word=word, value=float(column[n]))
        seen.setdefault(tokens[: word + 1], place)
        if len(seen) == NEAREST:
            break
    return tuple(seen.values())


def _means(found: Corpus, column: np.ndarray) -> tuple[WordMean, ...]:
    """Return the mean after each word that is not rare, the highest first."""
    values: dict[str, list[float]] = defaultdict(list)
    for (sentence, word), value in zip(found.places, column.tolist(), strict=True):
        values[found.sentences[sentence][word]].append(value)
    means = (
        WordMean(word=word, value=sum(all_) / len(all_), count=len(all_))
        for word, all_ in values.items()
        if len(all_) >= LEAST
    )
    return tuple(sorted(means, key=lambda m: (-m.value, m.word)))
