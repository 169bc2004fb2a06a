"""Three ways to use the states of one recurrent network: n to 1, n to n, 1 to n."""

import numpy as np
import torch

from viz_models.models.sequence.shipped import recurrent
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import EOS, FRENCH, tokenize
from viz_models.records import Provenance
from viz_models.records.sequence.gates import GatesSpec, Read, Readings, Readout

MORE = 8  # words that a translation may have more than its sentence


@torch.no_grad()
def readings(spec: GatesSpec, kinds: Readout, words: Readout) -> Readings:
    """Read the states of a translator in three ways.

    n to 1 and n to n put a linear layer on the encoder's states, which stay as they are; 1 to n is
    the translator's own decoder, which begins with the last state and writes greedily.

    Args:
        spec: The sentence and the network.
        kinds: Reads the kind of the sentence from the last state.
        words: Reads the class of each word from the state after it.

    Raises:
        ValueError: If the text cannot be read.
    """
    found = tokenize(spec.text)
    source = torch.tensor([[*found.ids, EOS]])
    with recurrent(spec.net) as model:
        states = model.encode(source).states[0].numpy()
        written = model.write(source, source.shape[1] + MORE)
    (kind,) = _likeliest(kinds, states[-1:])
    return Readings(
        tokens=(*found.tokens, "<eos>"),
        kind=kind,
        words=_likeliest(words, states[:-1]),
        written=tuple(FRENCH[n] for n in written[0].tolist()),
        provenance=Provenance(versions=torch_version()),
    )


def _likeliest(layer: Readout, states: np.ndarray) -> tuple[Read, ...]:
    return tuple(
        Read(name=layer.classes[int(row.argmax())], probability=float(row.max()))
        for row in layer.probabilities(states)
    )
