"""A recurrent network that reads an image row by row, written to be read."""

from torch import Tensor, nn

from viz_models.records import RnnSpec

CELLS: dict[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}
MAX_LAYERS = 8
MAX_HIDDEN = 1024
MAX_SIZE = 256


class RowReader(nn.Module):
    """Each row of pixels is one step of a sequence; the last state names the class.

    rnn   h_t = tanh(W x_t + b + U h_(t-1) + c)
    gru   the same with gates that keep or replace the state
    lstm  the same with a second state that only gates may change

    References:
        Elman 1990, doi:10.1207/s15516709cog1402_1. GRU: Cho et al. 2014, eq. 5-8,
        arXiv:1406.1078. LSTM: Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735.
    """

    def __init__(self, spec: RnnSpec) -> None:
        """Build the cell with torch's own initialization, from its global generator.

        Raises:
            ValueError: If the spec cannot be built.
        """
        super().__init__()
        check(spec)
        self.cell = CELLS[spec.cell](
            input_size=spec.in_channels * spec.size,
            hidden_size=spec.hidden,
            num_layers=spec.layers,
            batch_first=True,
        )
        self.head = nn.Linear(spec.hidden, spec.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score each class.

        Args:
            x: (N, C, H, W) float32.

        Returns:
            (N, classes) float32 logits.
        """
        rows = x.transpose(1, 2).flatten(2)  # (N, H, C * W): the top row first
        states, _ = self.cell(rows)  # (N, H, hidden): one after each row
        logits: Tensor = self.head(states[:, -1])
        return logits


def check(spec: RnnSpec) -> None:
    """Raise a ValueError with one clear line unless the network can be built."""
    if spec.cell not in CELLS:
        raise ValueError(f"unknown cell {spec.cell!r}; choose {', '.join(CELLS)}")
    limits = {
        "layers": MAX_LAYERS,
        "hidden": MAX_HIDDEN,
        "in_channels": 16,
        "size": MAX_SIZE,
        "classes": 1000,
    }
    for name, most in limits.items():
        value = getattr(spec, name)
        if not (type(value) is int and 1 <= value <= most):
            raise ValueError(f"{name} {value}: choose a whole number from 1 to {most}")
