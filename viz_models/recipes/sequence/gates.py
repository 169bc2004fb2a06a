"""What the gates of both LSTM translators do over many sentences that were never trained on."""

import datetime
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from viz_models.analysis.sequence.gates import clamp
from viz_models.models.sequence.cells import FREE, Clamp
from viz_models.models.sequence.shipped import recurrent
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import PAD, french_tokens
from viz_models.recipes.sequence.gates_readouts import readouts
from viz_models.recipes.translate import LONGEST, batch
from viz_models.records import Provenance
from viz_models.records.sequence.gates import (
    GATES,
    HOLDS,
    NETS,
    GatesOverSentences,
    HeldShare,
    Net,
    NetGates,
)
from viz_models.training.data.grammar import SentencePair, test_pairs

SENTENCES = 500
SEED = 77  # of these sentences; no training run draws its own with it
Progress = Callable[[int, int], None]  # networks done, networks in all


def measure(
    progress: Progress = lambda done, total: None, sentences: int = SENTENCES
) -> GatesOverSentences:
    """Hold each gate of each network at each value, and count what is still translated rightly."""
    pairs = test_pairs(sentences, SEED)
    nets = []
    with one_thread():
        for net in NETS:
            nets.append(_over(net, pairs))
            progress(len(nets), len(NETS))
    return GatesOverSentences(
        sentences=sentences,
        nets=tuple(nets),
        provenance=Provenance(
            kind="recorded run",
            seed=SEED,
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )


@torch.no_grad()
def _over(net: Net, pairs: Sequence[SentencePair]) -> NetGates:
    with recurrent(net) as model:
        source = batch(pairs).source
        means = gate_means(model, source)
        shares = [
            HeldShare(
                gate=gate,
                hold=hold,
                right=right(model, pairs, clamp(gate, hold, means[gate].tolist())),
            )
            for gate in GATES
            for hold in HOLDS
        ]
        kinds, words = readouts(model, pairs)
        return NetGates(
            net=net,
            means={gate: mean.numpy() for gate, mean in means.items()},
            right=right(model, pairs),
            right_after_padding=right(model, pairs, read_padding=True),
            shares=tuple(shares),
            kinds=kinds,
            words=words,
        )


def gate_means(model: RecurrentTranslator, source: Tensor) -> dict[str, Tensor]:
    """Return the mean of every gate of the encoder over all words, (H,) each; no padding counts."""
    found, real = model.encode(source), source != PAD
    return {gate: value[real].mean(0) for gate, value in found.gates.items()}


def right(
    model: RecurrentTranslator,
    pairs: Sequence[SentencePair],
    held: Clamp = FREE,
    *,
    read_padding: bool = False,
) -> int:
    """Return how many sentences are translated word for word, all in one padded batch."""
    source = batch(pairs).source
    written = model.write(source, LONGEST, clamp={"encoder": held}, read_padding=read_padding)
    said = [french_tokens(ids) for ids in written.tolist()]
    return sum(words == pair.french for words, pair in zip(said, pairs, strict=True))
