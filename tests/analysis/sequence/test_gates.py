import numpy as np
import pytest
import torch

from viz_models.analysis.sequence import gates, gates_readings
from viz_models.models.sequence.shipped import recurrent
from viz_models.recipes.sequence import gates as recipe
from viz_models.recordings.sequence import gates as recordings
from viz_models.records.sequence.gates import GATES, HOLDS, NETS, GatesSpec
from viz_models.training.data.grammar import test_pairs as unseen_pairs

NET = pytest.mark.parametrize("net", NETS)


@NET
def test_every_state_is_that_of_torch_s_lstm(net):
    found = gates.unrolled(GatesSpec(text="my friend has two black cats", net=net))
    with recurrent(net) as model, torch.no_grad():
        x = model.source_embedding(gates._source(gates.tokenize(found.spec.text).ids))
        states, (_, c) = gates.theirs(model)(x)
    np.testing.assert_allclose(found.h, states[0], atol=2e-6)
    np.testing.assert_allclose(found.c[-1], c[0, 0], atol=2e-6)
    assert found.max_difference < 2e-6
    np.testing.assert_allclose(found.c, found.f * found.before + found.i * found.g, atol=2e-6)
    np.testing.assert_allclose(found.h, found.o * np.tanh(found.c), atol=2e-6)
    assert np.abs(found.before[0]).max() == 0
    assert np.array_equal(found.before[1:], found.c[:-1])


def test_the_sums_of_a_unit_add_up_to_its_gates():
    spec = GatesSpec()
    whole, unit = gates.unrolled(spec), gates.unit(spec, 12, 3)
    assert [s.gate for s in unit.sums] == ["i", "f", "g", "o"]
    for found in unit.sums:
        assert found.value == pytest.approx(float(getattr(whole, found.gate)[3, 12]), abs=2e-6)
        total = sum(t.product for t in found.largest) + found.rest
        assert total == pytest.approx(found.read + found.carried, abs=1e-9)
    assert unit.c == float(whole.c[3, 12])
    assert unit.h == float(whole.h[3, 12])


@NET
def test_a_gate_held_at_its_own_values_changes_nothing(net):
    source = gates._source(gates.tokenize("i love cats").ids)
    with recurrent(net) as model, torch.no_grad():
        free = model.encode(source)
        own = {"encoder": {"f": free.gates["f"][0]}}
        assert torch.equal(model.encode(source, clamp=own).states, free.states)


def test_a_shut_input_gate_leaves_nothing_to_say():
    spec = GatesSpec(text="i love cats")
    found = gates.held(spec, "i", "0", ())
    other = gates.held(GatesSpec(text="the black cats sleep"), "i", "0", ())
    assert found.free == ("j'", "aime", "les", "chats")
    assert found.held == other.held != found.free, "the decoder begins with zeros in both"


def test_padding_that_is_read_moves_the_last_state():
    found = gates.padded(GatesSpec(text="i love cats"), 5)
    assert found.tokens == ("i", "love", "cats", "<eos>", *["<pad>"] * 5)
    assert found.max_difference < 2e-6
    assert np.array_equal(found.packed[found.words - 1], found.packed[-1])
    assert np.array_equal(found.packed[: found.words], found.unpacked[: found.words])
    assert found.moved > 0.05


def test_three_readings_of_the_same_states():
    net = recordings.load().of("lstm_attention")
    spec = GatesSpec(text="i love cats", net="lstm_attention")
    found = gates_readings.readings(spec, net.kinds, net.words)
    assert found.written == ("j'", "aime", "les", "chats", "<eos>")
    assert [w.name for w in found.words] == ["pronoun", "verb", "noun"]
    with recurrent(spec.net) as model, torch.no_grad():
        x = model.source_embedding(gates._source(gates.tokenize(spec.text).ids))
        states = gates.theirs(model)(x)[0][0]
    scores = torch.tensor(net.kinds.weight) @ states[-1] + torch.tensor(net.kinds.bias)
    shares = scores.softmax(0)
    assert found.kind.name == net.kinds.classes[int(shares.argmax())]
    assert found.kind.probability == pytest.approx(float(shares.max()), abs=1e-5)


def test_what_cannot_be_read_or_opened_is_refused_in_a_line():
    with pytest.raises(ValueError, match="no word"):
        gates.unrolled(GatesSpec(text="..."))
    with pytest.raises(ValueError, match="from 0 to 63"):
        gates.unit(GatesSpec(), 64, 0)
    with pytest.raises(ValueError, match="whole number from 1"):
        gates.padded(GatesSpec(), 0)


def test_the_recording_is_what_the_shipped_networks_do():
    found = recordings.load()
    assert [n.net for n in found.nets] == list(NETS)
    assert found.sentences == recipe.SENTENCES
    pairs = unseen_pairs(found.sentences, recipe.SEED)
    source = recipe.batch(pairs).source
    for kept in found.nets:
        assert len(kept.shares) == len(GATES) * len(HOLDS)
        with recurrent(kept.net) as model, torch.no_grad():
            means = recipe.gate_means(model, source)
            for gate, mean in means.items():
                np.testing.assert_allclose(kept.means[gate], mean, atol=1e-5)
            clamp = gates.clamp("f", "mean", kept.means["f"].tolist())
            assert abs(recipe.right(model, pairs) - kept.right) <= 1
            assert abs(recipe.right(model, pairs, clamp) - kept.right_while("f", "mean")) <= 1
