"""Gradients over time beside autograd's own, asked of torch's cells step by step."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.build import probe, race
from viz_models.models import builder
from viz_models.records import RnnSpec

SPEC = RnnSpec(cell="lstm", hidden=6, size=5, in_channels=3)


def peer(cell, net):
    """Torch's cell for a single step, with the weights of the whole network."""
    kind = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}[cell]
    made = kind(15, 6)
    made.load_state_dict({n.removesuffix("_l0"): p for n, p in net.cell.state_dict().items()})
    return made


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM", "LSTM, bias 4"])
def test_what_reaches_a_state_is_what_autograd_says(name):
    specs, yours = race.entries(SPEC)
    assert (yours, list(specs)) == ("LSTM", ["RNN", "GRU", "LSTM", "LSTM, bias 4"])
    spec = specs[name]
    found = race.line(spec, 3)
    net = builder.build(spec.network, 3)
    cell = peer(spec.network.cell, net)
    x = probe.inputs(spec.network, spec.batch).detach().transpose(1, 2).flatten(2)
    state = torch.zeros(len(x), 6, requires_grad=True)
    lstm = spec.network.cell == "lstm"
    carried = [(state, torch.zeros_like(state, requires_grad=True)) if lstm else (state,)]
    for t in range(5):
        after = cell(x[:, t], carried[-1] if lstm else carried[-1][0])
        carried.append(after if lstm else (after,))
    loss = F.cross_entropy(net.head(carried[-1][0]), torch.arange(len(x)) % 10)
    assert found.loss == pytest.approx(loss.item(), rel=1e-5)
    for t, parts in enumerate(carried):
        gradients = torch.autograd.grad(loss, parts, retain_graph=True, allow_unused=True)
        expected = torch.cat([g.flatten() for g in gradients if g is not None]).norm().item()
        assert found.gradient[t] == pytest.approx(expected, rel=1e-4)
        spread = torch.cat([p.detach().flatten() for p in parts]).std(correction=0).item()
        if t:
            assert found.activation[t] == pytest.approx(spread, rel=1e-4)


def test_steps_add_up_to_the_gradient_of_the_weights():
    """With one step, what it adds is all of it."""
    spec = RnnSpec(cell="gru", hidden=6, source="tokens", length=1, readout="every", embed=4)
    specs, yours = race.entries(spec)
    found = race.line(specs[yours], 1)
    net = builder.build(spec, 1)
    race.measured_loss(net(probe.inputs(spec, specs[yours].batch)), "cross entropy").backward()
    weights = [net.cell.weight_ih_l0.grad, net.cell.weight_hh_l0.grad]
    expected = sum(float(w.double().square().sum()) for w in weights) ** 0.5
    np.testing.assert_allclose(found.weights, [expected], rtol=1e-5)


def test_both_directions_and_all_layers_run():
    spec = RnnSpec(cell="lstm", hidden=4, layers=2, bidirectional=True, readout="mean")
    specs, yours = race.entries(spec)
    found = race.line(specs[yours], 0)
    assert found.gradient.shape == (9,)
    assert (found.gradient > 0).all()
    assert (found.weights > 0).all()


def test_a_cut_has_the_states_of_both_directions():
    """With the last states alone as output, the outer cuts hold what the head sees."""
    spec = RnnSpec(cell="rnn", hidden=4, size=6, in_channels=3, bidirectional=True)
    specs, yours = race.entries(spec)
    found = race.line(specs[yours], 0).gradient
    net = builder.build(spec, 0)
    x = probe.inputs(spec, specs[yours].batch).detach()
    last = net.read(net.cell(net.sequence(x))[0]).detach().requires_grad_()
    race.measured_loss(net.head(last), "cross entropy").backward()
    forward, backward = (part.norm().item() for part in last.grad.chunk(2, 1))
    assert found[0] > backward
    assert found[-1] > forward
    assert found[0] == pytest.approx(backward, rel=0.05)
    assert found[-1] == pytest.approx(forward, rel=0.05)
    assert found.argmin() in (2, 3, 4)
