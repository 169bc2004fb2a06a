"""The builder's recurrent network: torch's own cell, and a head on its states."""

import torch
from torch import Tensor, nn

from viz_models.models.builder.initialize import initialize
from viz_models.records import RnnCell, RnnSpec

CELLS: dict[RnnCell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}
GATES: dict[RnnCell, int] = {"rnn": 1, "gru": 3, "lstm": 4}  # blocks of rows in every weight


class Recurrent(nn.Module):
    """Reads one row of an image, or one token, at each step; the head sees the states.

    rnn   h_t = tanh(W x_t + b + U h_(t-1) + c)
    gru   the same with gates that keep or replace the state
    lstm  the same with a second state that only gates may change

    References:
        Elman 1990, doi:10.1207/s15516709cog1402_1. GRU: Cho et al. 2014, eq. 5-8,
        arXiv:1406.1078. LSTM: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735.
        In both directions: Schuster and Paliwal 1997, doi:10.1109/78.650093.
    """

    def __init__(self, spec: RnnSpec) -> None:
        """Build it with weights from torch's global generator.

        Args:
            spec: One that `repaired` has nothing to say about.
        """
        super().__init__()
        self.spec = spec
        if spec.source == "tokens":
            self.embed = nn.Embedding(spec.vocabulary, spec.embed)
        self.cell = CELLS[spec.cell](
            input_size=inputs(spec),
            hidden_size=spec.hidden,
            num_layers=spec.layers,
            batch_first=True,
            dropout=spec.dropout,
            bidirectional=spec.bidirectional,
        )
        self.head = nn.Linear(directions(spec) * spec.hidden, outputs(spec))
        initialize(self, spec.init)
        if spec.forget_bias:
            raise_forget_gates(self.cell, spec.forget_bias)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes, or what every step is.

        Args:
            x: (N, C, H, W) float32 pixels, or (N, T) int64 tokens.

        Returns:
            (N, classes) float32 logits; (N, T, ...) where the head reads every state.
        """
        states = self.cell(self.sequence(x))[0]  # (N, T, directions * hidden)
        logits: Tensor = self.head(self.read(states))
        return logits

    def sequence(self, x: Tensor) -> Tensor:
        """Return what the cell reads, (N, T, inputs): rows, the top one first, or embeddings."""
        if self.spec.source == "tokens":
            embedded: Tensor = self.embed(x)
            return embedded
        return x.transpose(1, 2).flatten(2)  # (N, H, C * W)

    def read(self, states: Tensor) -> Tensor:
        """Return what the head sees of the states (N, T, directions * hidden).

        The last state of the direction that reads backward is the one at the first step.
        """
        if self.spec.readout == "every":
            return states
        if self.spec.readout == "mean":
            return states.mean(1)
        if not self.spec.bidirectional:
            return states[:, -1]
        hidden = self.spec.hidden
        return torch.cat([states[:, -1, :hidden], states[:, 0, hidden:]], 1)


def raise_forget_gates(cell: nn.RNNBase, by: float) -> None:
    """Add a number to the bias of every forget gate of an LSTM, in place.

    torch adds two biases; one of them is changed, so the gate's input rises by exactly `by`.

    References:
        Jozefowicz et al. 2015, section 2.2, proceedings.mlr.press/v37/jozefowicz15.html.
    """
    with torch.no_grad():
        for name, bias in cell.named_parameters():
            if name.startswith("bias_ih"):
                bias[cell.hidden_size : 2 * cell.hidden_size] += by


def steps(spec: RnnSpec) -> int:
    """Length T of what is read."""
    return spec.size if spec.source == "rows" else spec.length


def inputs(spec: RnnSpec) -> int:
    """Values that the first layer reads at each step."""
    return spec.in_channels * spec.size if spec.source == "rows" else spec.embed


def directions(spec: RnnSpec) -> int:
    """How many ways the sequence is read: 1, or 2."""
    return 1 + spec.bidirectional


def outputs(spec: RnnSpec) -> int:
    """Return how many the head tells apart: classes, or the tokens of which one comes next."""
    return spec.vocabulary if predicts_tokens(spec) else spec.classes


def predicts_tokens(spec: RnnSpec) -> bool:
    """Whether the head names the next token: it may not have been read backward already."""
    return spec.source == "tokens" and spec.readout == "every" and not spec.bidirectional
