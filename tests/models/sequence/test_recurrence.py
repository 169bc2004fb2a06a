import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from viz_models.models.sequence.recurrence import Recurrence

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = pytest.mark.parametrize("cell", list(TORCH))


def both(cell, layers=1, bidirectional=False, *, wide=1.0):
    """Our network and torch's with the same random weights."""
    torch.manual_seed(3)
    ours = Recurrence(cell, 5, 7, layers, bidirectional=bidirectional)
    with torch.no_grad():
        for p in ours.parameters():
            p.mul_(wide)
    theirs = TORCH[cell](5, 7, layers, bidirectional=bidirectional, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def near(ours, theirs, net):
    """Sums of products agree to 1e-5 of the sum of their absolute terms.

    A gate is flatter than its sum, so the bound of the sum holds for it too.
    """
    largest = max(p.abs().sum(-1).max().item() for n, p in net.named_parameters() if "weight" in n)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * max(1.0, largest))


@CELLS
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_state_equals_torch(cell, layers, bidirectional):
    ours, theirs = both(cell, layers, bidirectional, wide=3.0)
    x = torch.randn(4, 9, 5)
    expected, last = theirs(x)
    near(ours(x), expected, ours)
    passes = ours.run(x)
    h = last[0] if cell == "lstm" else last
    near(torch.stack([p.last.h for p in passes]), h, ours)
    if cell == "lstm":
        near(torch.stack([p.last.c for p in passes]), last[1], ours)
        assert torch.equal(passes[0].cells[:, -1], passes[0].last.c)


@CELLS
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_is_skipped_as_in_a_packed_sequence(cell, bidirectional):
    ours, theirs = both(cell, 2, bidirectional)
    x, lengths = torch.randn(4, 9, 5), torch.tensor([9, 1, 4, 7])
    real = torch.arange(9) < lengths[:, None]
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, last = theirs(packed)
    expected, _ = pad_packed_sequence(states, batch_first=True)
    near(ours(x, real) * real[:, :, None], expected, ours)
    h = last[0] if cell == "lstm" else last
    near(torch.stack([p.last.h for p in ours.run(x, real)]), h, ours)
    read_on = ours.run(x)[0].last.h
    assert not torch.allclose(read_on[1], h[0, 1], atol=1e-3)  # the bug: after the padding


@CELLS
def test_the_first_weights_are_those_of_torch(cell):
    torch.manual_seed(0)
    ours = Recurrence(cell, 5, 7, 2, bidirectional=True)
    torch.manual_seed(0)
    theirs = TORCH[cell](5, 7, 2, bidirectional=True)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for mine, torchs in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, torchs)


@CELLS
def test_gradients_equal_torch(cell):
    ours, theirs = both(cell)
    x = torch.randn(4, 9, 5)
    ours(x).square().sum().backward()
    theirs(x)[0].square().sum().backward()
    for mine, torchs in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, torchs.grad, rtol=1e-4, atol=1e-5)


def test_the_gates_of_an_lstm_stand_in_the_order_i_f_g_o():
    ours, theirs = both("lstm")
    x = torch.randn(2, 6, 5)
    (found,) = ours.run(x)
    cell = nn.LSTMCell(5, 7)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in theirs.state_dict().items()})
    h = c = torch.zeros(2, 7)
    for t in range(6):
        sums = x[:, t] @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh
        rows = dict(zip("ifgo", sums.chunk(4, -1), strict=True))
        for name, value in rows.items():
            gate = value.tanh() if name == "g" else value.sigmoid()
            torch.testing.assert_close(found.gates[name][:, t], gate)
        h, c = cell(x[:, t], (h, c))
    kept = (
        found.gates["f"][:, 1:] * found.cells[:, :-1]
        + found.gates["i"][:, 1:] * found.gates["g"][:, 1:]
    )
    torch.testing.assert_close(found.cells[:, 1:], kept)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_gate_held_at_what_it_was_changes_nothing(cell):
    ours, _ = both(cell)
    x = torch.randn(1, 6, 5)
    (free,) = ours.run(x)
    for name, value in free.gates.items():
        (held,) = ours.run(x, clamp={name: value[0]})
        assert torch.equal(held.states, free.states)
        (shut,) = ours.run(x, clamp={name: torch.tensor(0.0)})
        assert not shut.gates[name].any()
        assert not torch.allclose(shut.states, free.states)
    one = torch.full((7,), torch.nan)
    one[2] = 0.5
    (part,) = ours.run(x, clamp={name: one})
    assert (part.gates[name][..., 2] == 0.5).all()
    assert torch.equal(part.gates[name][:, 0, 3:], free.gates[name][:, 0, 3:])


def test_what_cannot_be_run_is_said():
    with pytest.raises(ValueError, match="unknown cell 'elman'; choose rnn, lstm, gru"):
        Recurrence("elman", 5, 7)
    with pytest.raises(ValueError, match="gate f is held for 3 words"):
        Recurrence("lstm", 5, 7).run(torch.randn(1, 6, 5), clamp={"f": torch.zeros(3, 7)})
