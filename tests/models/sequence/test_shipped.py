import hashlib
import re
from typing import get_args

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from viz_models.analysis.sequence.translators_torch import MODULES, as_torch, torch_pass
from viz_models.models import weights
from viz_models.models.sequence import shipped
from viz_models.models.sequence.recurrence import Recurrence
from viz_models.models.vocabulary import EOS, PAD, french_tokens, tokenize
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES
from viz_models.recipes.sequence import translators
from viz_models.recipes.translate import batch
from viz_models.records.sequence.masked_words import ARMS
from viz_models.records.sequence.translators import RecurrentModel
from viz_models.training.data.grammar import test_pairs as drawn_for_tests

NAMES = get_args(RecurrentModel)
NAMES_OF_MASKED = [f"masked_{arm}" for arm in ARMS]
EVERY = pytest.mark.parametrize("name", NAMES)


@EVERY
def test_a_shipped_file_is_the_one_of_the_manifest(name):
    card = weights.cards()[shipped.entry(name)]
    content = (weights.FOLDER / card.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert re.fullmatch(rf"python -m viz_models train-sequence {name} --seed \d+", card.command)
    loaded = weights.load(shipped.entry(name))
    assert loaded.keys() == shipped.build(name).state_dict().keys()
    assert {t.dtype for t in loaded.values()} == {torch.float16}


def test_all_files_together_are_small():
    files = [weights.FOLDER / weights.cards()[shipped.entry(n)].file for n in NAMES]
    assert sum(f.stat().st_size for f in files) < 1.5e6
    chapter = [*NAMES_OF_MASKED, "new_task"]
    files += [weights.FOLDER / weights.cards()[name].file for name in chapter]
    assert sum(f.stat().st_size for f in files) < 3e6


@pytest.mark.slow
@EVERY
def test_the_accuracy_of_the_manifest_is_measured_again(name):
    card = weights.cards()[shipped.entry(name)]
    with shipped.recurrent(name) as net:
        measured = translators.exact(net, drawn_for_tests(TEST_SENTENCES, TEST_SEED))
    assert measured == pytest.approx(card.accuracy, abs=2 / TEST_SENTENCES)


def test_attention_is_as_good_as_promised():
    assert weights.cards()["translate_lstm_attention"].accuracy >= 0.93


@EVERY
def test_shipped_weights_compute_what_torch_computes(name):
    found = batch(drawn_for_tests(32, 5))
    with shipped.recurrent(name) as net, torch.no_grad():
        mine = net.run(found.source, found.target)
        theirs = torch_pass(net, found.source, found.target)
        largest = float(net.words.weight.abs().sum(1).max())  # no input of the sum is above 1
    atol = 1e-5 * largest
    torch.testing.assert_close(mine.logits, theirs.logits, rtol=0, atol=atol)
    torch.testing.assert_close(mine.handed.h, theirs.last, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["rnn_attention", "gru", "lstm_attention"])
def test_every_state_and_gate_of_a_trained_cell_is_torchs(name):
    """To 1e-5 of the sum of the absolute terms of each value, in a padded batch."""
    source = batch(drawn_for_tests(16, 6)).source
    real = source != PAD
    with shipped.recurrent(name) as net, torch.no_grad():
        found, peer = net.encode(source), as_torch(net.encoder)
        x = net.source_embedding(source)
        packed = pack_padded_sequence(x, real.sum(1), batch_first=True, enforce_sorted=False)
        states, last = peer(packed)
        states = pad_packed_sequence(states, batch_first=True)[0]
        before = torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], 1)
        terms = x.abs() @ peer.weight_ih_l0.abs().T + before.abs() @ peer.weight_hh_l0.abs().T
        terms = (terms + peer.bias_ih_l0.abs() + peer.bias_hh_l0.abs())[real]
        read = (x.double() @ peer.weight_ih_l0.double().T + peer.bias_ih_l0.double())[real]
        carried = (before.double() @ peer.weight_hh_l0.double().T + peer.bias_hh_l0.double())[real]
    rows = dict(zip(found.gates or "h", terms.chunk(len(found.gates) or 1, -1), strict=True))
    sums = zip(read.chunk(len(rows), -1), carried.chunk(len(rows), -1), strict=True)
    expected = {}
    for gate, (word, state) in zip(rows, sums, strict=True):
        state = state * expected["r"] if gate == "n" else state
        total = word + state
        expected[gate] = total.tanh() if gate in "gnh" else total.sigmoid()
    for gate, values in (found.gates or {"h": found.states}).items():
        assert ((values[real] - expected[gate]).abs() / rows[gate]).max() < 1e-5
    near = 1e-5 * float(terms.max())
    torch.testing.assert_close(found.states[real], states[real], rtol=0, atol=near)
    if found.cells is not None:
        torch.testing.assert_close(found.last.c, last[1][0], rtol=0, atol=near)


@pytest.mark.parametrize("name", ["rnn_attention", "gru", "lstm_attention"])
def test_trained_weights_in_two_layers_and_both_directions_equal_torchs(name):
    """The weights of encoder and decoder, put into one larger network that reads packed rows."""
    with shipped.recurrent(name) as net:
        one, two, cell = net.encoder.state_dict(), net.decoder.state_dict(), net.config.cell
    ours = Recurrence(cell, 32, 64, 2, bidirectional=True)
    held = {}
    for key in ours.state_dict():
        first = two if key.endswith("_reverse") else one
        base = key.removesuffix("_reverse").replace("_l1", "_l0")
        wide = base == "weight_ih_l0" and "_l1" in key  # reads the states of both directions
        held[key] = (
            torch.cat([one["weight_hh_l0"], two["weight_hh_l0"]], 1) if wide else first[base]
        )
    ours.load_state_dict(held)
    peer = MODULES[cell](32, 64, 2, bidirectional=True, batch_first=True)
    peer.load_state_dict(held)
    torch.manual_seed(0)
    x, lengths = torch.randn(5, 9, 32), torch.tensor([9, 1, 4, 7, 2])
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        expected = pad_packed_sequence(peer(packed)[0], batch_first=True)[0]
        real = torch.arange(9) < lengths[:, None]
        found = ours(x, real) * real[:, :, None]
    largest = max(p.abs().sum(1).max() for k, p in held.items() if "weight" in k)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * float(largest))


def test_the_notes_own_sentence_and_where_it_looks():
    source = torch.tensor([[*tokenize("i love cats").ids, EOS]])
    with shipped.recurrent("lstm_attention") as net, torch.no_grad():
        ids = net.write(source)
        target = torch.cat([torch.tensor([[1]]), ids[:, :-1]], dim=1)
        looked = net.run(source, target).looked
    assert " ".join(french_tokens(ids[0].tolist())) == "j' aime les chats"
    most = looked.weights[0].argmax(1).tolist()
    assert [most[t] for t in (0, 1, 3, 4)] == [0, 1, 2, 3]  # j' i, aime love, chats cats, the end
