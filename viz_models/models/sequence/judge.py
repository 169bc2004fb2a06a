"""A small BERT with one output layer for a new task: is this sentence right?"""

from collections.abc import Mapping
from functools import cache

import torch
from torch import Tensor, nn

from viz_models.models import registry, weights
from viz_models.models.sequence.masked import MaskedModel, Rows, rows
from viz_models.models.vocabulary import PAD, english_ids
from viz_models.records.sequence.new_task import Way

RIGHT = 1  # index of "this sentence is right" in the output
FILE = "new_task"  # entry of the manifest that holds all shipped networks


class Judge(nn.Module):
    """An encoder and a linear layer on what it makes of [CLS] and, on average, of all tokens."""

    def __init__(self, encoder: MaskedModel) -> None:
        """Put a new output layer, of 2 * 2 * d_model weights and 2 biases, on an encoder."""
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(2 * encoder.config.d_model, 2)

    def features(self, read: Rows) -> Tensor:
        """(B, T) rows to (B, 2 * d_model): [CLS] and the mean of all tokens but padding."""
        _, hidden = self.encoder.encode(*read)
        real = (read.ids != PAD).unsqueeze(-1)
        mean = (hidden * real).sum(1) / real.sum(1)
        return torch.cat([hidden[:, 0], mean], dim=-1)

    def forward(self, read: Rows) -> Tensor:
        """(B, T) rows to (B, 2) logits: wrong, right."""
        return self.output(self.features(read))


def read(sentences: list[tuple[str, ...]]) -> Rows:
    """Sentences as the network reads them: [CLS] words [SEP], and no second sentence."""
    return rows([(english_ids(words), ()) for words in sentences])


def build(way: Way, seed: int) -> Judge:
    """Build a judge of your own to train, on the shipped encoder of 80/10/10 unless from scratch.

    Args:
        way: Frozen encoders do not ask for gradients.
        seed: Of the output layer and, from scratch, of the encoder.
    """
    with registry.seeded(seed):
        judge = Judge(MaskedModel())
    if way != "scratch":
        known = weights.load("masked_bert")
        judge.encoder.load_state_dict({key: value.float() for key, value in known.items()})
    judge.encoder.requires_grad_(way != "frozen")
    return judge


def bundle(judges: Mapping[tuple[Way, int], Judge]) -> nn.ModuleDict:
    """Put judges into one module, "tuned.200.output"; frozen ones share "frozen.encoder"."""
    ways: dict[str, nn.ModuleDict] = {}
    for (way, examples), one in judges.items():
        own: nn.Module = nn.ModuleDict({"output": one.output}) if way == "frozen" else one
        ways.setdefault(way, nn.ModuleDict())[str(examples)] = own
        if way == "frozen":
            ways[way]["encoder"] = one.encoder
    return nn.ModuleDict(ways)


@cache
def trained(way: Way, examples: int) -> Judge:
    """Return a shipped judge that learned from so many examples; shared, only to be read."""
    judge = build(way, 0)
    lead = f"{way}.{examples}."
    known = {k[len(lead) :]: v for k, v in weights.load(FILE).items() if k.startswith(lead)}
    judge.load_state_dict({k: v.float() for k, v in known.items()}, strict=way != "frozen")
    return judge.eval().requires_grad_(False)
