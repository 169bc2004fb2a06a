"""Networks that read a sequence and then say its first symbol, written to be read."""

import math

import torch
from torch import Tensor, nn

from viz_models.records.sequence.memory import HIDDEN, SYMBOLS, WIDTH, ReaderSpec

MOST_BIAS = 20.0  # of a forget gate
CELLS: dict[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {
    "rnn": nn.RNN,
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
LONGEST = 200  # inputs


class OneQuery(nn.Module):
    """Attention with one learned query: a weighted mean of all inputs.

    weights = softmax(K q / sqrt(d)), K = W_K (x + p); the answer is the weighted mean of W_V x.
    Every input is one step away from the answer, however long ago it was read.

    References:
        Vaswani et al. 2017, eq. 1, arXiv:1706.03762.
    """

    def __init__(self, length: int) -> None:
        """Draw a query, and a position for every input, from N(0, 1)."""
        super().__init__()
        self.position = nn.Parameter(torch.randn(length, WIDTH))
        self.query = nn.Parameter(torch.randn(HIDDEN))
        self.key = nn.Linear(WIDTH, HIDDEN, bias=False)
        self.value = nn.Linear(WIDTH, HIDDEN)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, HIDDEN) from inputs (N, T, WIDTH)."""
        scores = self.key(x + self.position) @ self.query / math.sqrt(HIDDEN)  # (N, T)
        return torch.einsum("nt,ntd->nd", scores.softmax(-1), self.value(x))


class FirstSymbolReader(nn.Module):
    """Reads T symbols with one cell and names the first of them from what it holds at the end."""

    def __init__(self, spec: ReaderSpec) -> None:
        """Draw the weights as torch does, from the generator that `spec.seed` starts.

        Raises:
            ValueError: If the spec cannot be built.
        """
        super().__init__()
        check(spec)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(spec.seed)
            self.embedding = nn.Embedding(SYMBOLS, WIDTH)
            self.cell = (
                OneQuery(spec.length)
                if spec.cell == "attention"
                else CELLS[spec.cell](WIDTH, HIDDEN, batch_first=True)
            )
            self.head = nn.Linear(HIDDEN, SYMBOLS)
        if isinstance(self.cell, nn.LSTM):
            add_forget_bias(self.cell, spec.forget_bias)

    def forward(self, symbols: Tensor) -> Tensor:
        """Return logits (N, SYMBOLS) from symbols (N, T) int64."""
        return self.read(self.embedding(symbols))

    def read(self, x: Tensor) -> Tensor:
        """Return logits (N, SYMBOLS) from inputs (N, T, WIDTH)."""
        found = self.cell(x)
        state = found if isinstance(self.cell, OneQuery) else found[0][:, -1]  # after the last one
        logits: Tensor = self.head(state)
        return logits


def add_forget_bias(lstm: nn.LSTM, bias: float) -> None:
    """Add a number to the bias of an LSTM's forget gate, in place.

    torch keeps the four gates one below the other in the order i, f, g, o, and adds two biases.
    Only one of them is changed, so the gate's input rises by exactly `bias`.

    References:
        Jozefowicz et al. 2015, section 2.2, proceedings.mlr.press/v37/jozefowicz15.html.
    """
    hidden = lstm.hidden_size
    with torch.no_grad():
        lstm.get_parameter("bias_ih_l0")[hidden : 2 * hidden] += bias


def check(spec: ReaderSpec) -> None:
    """Raise a ValueError with one clear line unless the network can be built."""
    if spec.cell not in (*CELLS, "attention"):
        raise ValueError(f"unknown cell {spec.cell!r}; choose {', '.join(CELLS)} or attention")
    if not 2 <= spec.length <= LONGEST:
        raise ValueError(f"length {spec.length}: choose a whole number from 2 to {LONGEST}")
    if not (math.isfinite(spec.forget_bias) and abs(spec.forget_bias) <= MOST_BIAS):
        raise ValueError(f"forget bias {spec.forget_bias:g}: choose a number from -20 to 20")
    if spec.forget_bias and spec.cell != "lstm":
        raise ValueError(f"a forget bias belongs to an lstm; {spec.cell} has no such gate")
