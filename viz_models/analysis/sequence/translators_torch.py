"""The recurrent translators computed once more, with torch's own modules."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from viz_models.models.sequence.cells import Cell
from viz_models.models.sequence.recurrence import Recurrence
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.vocabulary import PAD

MODULES: dict[Cell, type[nn.RNN] | type[nn.LSTM] | type[nn.GRU]] = {
    "rnn": nn.RNN,
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


class TorchPass(NamedTuple):
    """What torch's modules computed."""

    memory: Tensor  # (B, S, hidden) states of the encoder; zeros at padding
    last: Tensor  # (B, hidden) h after the last word
    logits: Tensor  # (B, T, words)


def as_torch(layer: Recurrence) -> nn.Module:
    """Return nn.RNN, nn.LSTM or nn.GRU with the same weights."""
    inputs = layer.get_parameter("weight_ih_l0").shape[1]
    made = MODULES[layer.cell](inputs, layer.hidden, batch_first=True)
    made.load_state_dict(layer.state_dict())
    return made.requires_grad_(False)


def torch_pass(net: RecurrentTranslator, source: Tensor, target: Tensor) -> TorchPass:
    """Run a translator with packed sequences, torch's cells and torch's attention.

    Args:
        net: Whose weights.
        source: (B, S) int64 ids, ended by EOS, then PAD.
        target: (B, T) int64 ids, begun by BOS.
    """
    encoder, decoder = as_torch(net.encoder), as_torch(net.decoder)
    real = source != PAD
    packed = pack_padded_sequence(
        F.embedding(source, net.source_embedding.weight),
        real.sum(1).cpu(),
        batch_first=True,
        enforce_sorted=False,
    )
    states, last = encoder(packed)
    memory, _ = pad_packed_sequence(states, batch_first=True, total_length=source.size(1))
    read, _ = decoder(F.embedding(target, net.target_embedding.weight), last)
    if net.score is not None and net.combine is not None:
        mask = real[:, None].expand(-1, target.size(1), -1)
        context = F.scaled_dot_product_attention(
            net.score(read), memory, memory, attn_mask=mask, scale=1.0
        )
        read = net.combine(torch.cat([context, read], dim=-1)).tanh()
    return TorchPass(memory, (last[0] if net.encoder.cell == "lstm" else last)[0], net.words(read))
