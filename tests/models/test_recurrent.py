import pytest
import torch

from viz_models.models.recurrent import RowReader
from viz_models.records import RnnSpec


def test_rows_are_read_one_after_the_other():
    """The plain cell written out: h = tanh(W x + b + U h + c)."""
    torch.manual_seed(0)
    net = RowReader(RnnSpec(cell="rnn", hidden=5, in_channels=2, size=4, classes=3))
    x = torch.randn(6, 2, 4, 4)
    w, u, b, c = (getattr(net.cell, f"{n}_l0") for n in ("weight_ih", "weight_hh", "bias_ih",
                                                         "bias_hh"))  # fmt: skip
    h = torch.zeros(6, 5)
    for row in range(4):
        h = torch.tanh(x[:, :, row].flatten(1) @ w.T + b + h @ u.T + c)
    expected = h @ net.head.weight.T + net.head.bias
    assert torch.allclose(net(x), expected, atol=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 3])
def test_every_cell(cell, layers):
    net = RowReader(RnnSpec(cell=cell, layers=layers, hidden=7))
    x = torch.randn(5, 1, 8, 8)
    assert net(x).shape == (5, 10)
    assert type(net.cell) is {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    states, _ = net.cell(x[:, 0])
    assert torch.equal(net(x), net.head(states[:, -1]))


def test_the_last_row_counts():
    net = RowReader(RnnSpec())
    x = torch.randn(1, 1, 8, 8)
    y = x.clone()
    y[:, :, 7] += 1
    assert not torch.allclose(net(x), net(y))


@pytest.mark.parametrize(("wrong", "says"), [
    ({"cell": "elman"}, "unknown cell 'elman'"),
    ({"layers": 0}, "layers 0"),
    ({"hidden": 5000}, "hidden 5000"),
    ({"size": 0}, "size 0"),
    ({"classes": 1.5}, "classes 1.5"),
])  # fmt: skip
def test_what_cannot_be_built_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        RowReader(RnnSpec(**wrong))
