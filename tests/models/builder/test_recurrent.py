"""The builder's recurrent network: written out, beside torch's modules, and unrolled."""

from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.models.builder.recurrent_specs import ASKED, SPECS, example
from viz_models.analysis.flow.steps import steps_of
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.recurrent import GATES, Recurrent
from viz_models.models.builder.repair import repaired
from viz_models.models.builder.repair_recurrent import RANGES
from viz_models.models.builder.unrolled import Unrolled
from viz_models.records import ModelRef, RnnSpec

FORGED = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(), st.booleans(), st.none(), st.text(max_size=60)
)


def test_rows_are_read_one_after_the_other():
    """The plain cell written out: h = tanh(W x + b + U h + c)."""
    net = build(RnnSpec(cell="rnn", hidden=5, in_channels=2, size=4, classes=3))
    x = torch.randn(6, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w, u, b, c = (getattr(net.cell, f"{n}_l0") for n in names)
    h = torch.zeros(6, 5)
    for row in range(4):
        h = torch.tanh(x[:, :, row].flatten(1) @ w.T + b + h @ u.T + c)
    expected = h @ net.head.weight.T + net.head.bias
    assert torch.allclose(net(x), expected, atol=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 3])
def test_old_networks_keep_their_first_weights(cell, layers):
    """Torch's cell and then a linear layer, as runs and links from before the family have it."""
    net = build(RnnSpec(cell=cell, layers=layers, hidden=7), seed=4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell]
        peer, head = kind(8, 7, layers, batch_first=True), nn.Linear(7, 10)
    x = example(net.spec, 5)
    assert torch.equal(net(x), head(peer(x[:, 0])[0][:, -1]))
    assert [n for n in net.state_dict() if n.startswith("head")] == ["head.weight", "head.bias"]


def test_the_last_state_of_each_direction_has_read_everything():
    net = build(RnnSpec(hidden=6, bidirectional=True))
    x = example(net.spec, 1)
    states, last = net.cell(net.sequence(x))
    assert torch.equal(net.read(states), torch.cat([last[0], last[1]], 1))


def test_each_gate_is_drawn_by_itself():
    for cell, gates in GATES.items():
        net = build(RnnSpec(cell=cell, hidden=6, init="orthogonal"))
        for u in net.cell.weight_hh_l0.detach().chunk(gates):
            torch.testing.assert_close(u @ u.T, 2 * torch.eye(6))
        assert not net.cell.bias_hh_l0.any()


def test_a_forget_bias_raises_the_forget_gates_alone():
    plain = RnnSpec(cell="lstm", hidden=3, layers=2, bidirectional=True)
    nets = [build(spec) for spec in (plain, replace(plain, forget_bias=4.0))]
    for name, ours in nets[1].cell.named_parameters():
        more = ours.detach() - dict(nets[0].cell.named_parameters())[name].detach()
        rows = torch.arange(len(more)) // 3 == 1
        raised = name.startswith("bias_ih")
        torch.testing.assert_close(more[rows], torch.full_like(more[rows], 4.0 if raised else 0.0))
        assert not more[~rows].any()


@settings(max_examples=40, deadline=None)
@given(SPECS)
def test_unrolled_it_computes_the_same(spec):
    net = build(spec).eval()
    x = example(spec, 3)
    with torch.no_grad():
        torch.testing.assert_close(Unrolled(net)(x), net(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_its_states_are_torchs(cell):
    spec = RnnSpec(cell=cell, hidden=4, layers=2, bidirectional=True)
    net = build(spec).eval()
    x = example(spec, 2)
    found = Unrolled(net).run(x)
    states, last = net.cell(net.sequence(x))
    for t in range(8):
        both = torch.cat([way.states[t][0] for way in found.ways[-2:]], -1)
        torch.testing.assert_close(both, states[:, t], rtol=1e-5, atol=1e-6)
    if cell == "lstm":
        torch.testing.assert_close(found.ways[2].states[-1][1], last[1][2], rtol=1e-5, atol=1e-6)


def test_its_steps_are_named_and_its_weights_paid_once():
    spec = RnnSpec(cell="lstm", hidden=3, size=4, bidirectional=True)
    net = Unrolled(skeleton(spec))
    names = {step.name for step in steps_of(ModelRef(build=spec))}
    assert {"l0.0.read", "l0.3.carry", "l0_reverse.2.f", "l0.1.tanh", "head"} <= names
    assert sum(p.numel() for p in net.parameters()) == sum(
        p.numel() for p in Recurrent(spec).parameters()
    )


@settings(max_examples=30, deadline=None)
@given(ASKED)
def test_what_is_repaired_stays_and_runs(asked):
    spec, moved = repaired(asked)
    assert repaired(spec) == (spec, ())
    assert {m.field for m in moved} >= {
        f.name for f in fields(spec) if getattr(spec, f.name) != getattr(asked, f.name)
    }
    assert build(spec)(example(spec, 1)).isfinite().all()


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([f.name for f in fields(RnnSpec)]), FORGED))
def test_forged_values_find_a_home(forged):
    spec, moved = repaired(replace(RnnSpec(), **forged))
    assert repaired(spec) == (spec, ())
    assert all(low <= getattr(spec, name) <= high for name, (low, high) in RANGES.items())
    assert all(m.why and "\n" not in m.why for m in moved)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"cell": "elman"}, "cell is rnn or gru or lstm, not elman"),
        ({"layers": 0}, "layers: from 1 to 8"),
        ({"hidden": 5000}, "hidden: from 1 to 1024"),
        ({"classes": 1.5}, "classes is a whole number"),
        ({"forget_bias": 1.0}, "a forget bias belongs to an LSTM"),
        ({"dropout": 0.1}, "between two layers, and there is one"),
        ({"readout": "every"}, "an image has one class"),
    ],
)
def test_what_cannot_be_built_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        build(RnnSpec(**wrong))
