import pytest
import torch
from torch import nn
from torch.nn import functional

from viz_models.models.sequence import shipped
from viz_models.models.sequence.translator import RecurrentConfig, RecurrentTranslator
from viz_models.models.vocabulary import BOS, EOS, PAD

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
SOURCE = torch.tensor([[5, 9, 7, 4, EOS], [6, EOS, PAD, PAD, PAD], [8, 8, 4, EOS, PAD]])
TARGET = torch.tensor([[BOS, 9, 8, 7], [BOS, 4, PAD, PAD], [BOS, 5, 6, PAD]])


def network(cell, attention):
    torch.manual_seed(1)
    config = RecurrentConfig(cell=cell, hidden=12, attention=attention, embedding=6)
    return RecurrentTranslator(config, 11, 13).requires_grad_(False)


def as_torch(net, source, target):
    """The same translator with torch's own modules, by the equations of the papers."""
    layer = TORCH[net.config.cell]
    encoder, decoder = (layer(6, 12, batch_first=True) for _ in range(2))
    encoder.load_state_dict(net.encoder.state_dict())
    decoder.load_state_dict(net.decoder.state_dict())
    vectors, lengths = functional.embedding(source, net.source_embedding.weight), (source != PAD)
    packed = nn.utils.rnn.pack_padded_sequence(
        vectors, lengths.sum(1), batch_first=True, enforce_sorted=False
    )
    memory, last = encoder(packed)
    memory, _ = nn.utils.rnn.pad_packed_sequence(memory, batch_first=True)
    states, _ = decoder(functional.embedding(target, net.target_embedding.weight), last)
    if net.score is not None:
        context = functional.scaled_dot_product_attention(
            net.score(states), memory, memory, attn_mask=lengths[:, None], scale=1.0
        )
        states = torch.tanh(net.combine(torch.cat([context, states], -1)))
    return net.words(states)


@pytest.mark.parametrize("cell", list(TORCH))
@pytest.mark.parametrize("attention", [False, True])
def test_a_pass_equals_torch(cell, attention):
    net = network(cell, attention)
    found = net.run(SOURCE, TARGET)
    torch.testing.assert_close(found.logits, as_torch(net, SOURCE, TARGET), rtol=0, atol=1e-5)
    assert (found.looked is not None) == attention
    if found.looked is not None:
        torch.testing.assert_close(found.looked.weights.sum(-1), torch.ones(3, 4))
        assert not found.looked.weights[1, :, 2:].any()


@pytest.mark.parametrize("cell", list(TORCH))
@pytest.mark.parametrize("attention", [False, True])
def test_writing_is_the_greedy_reading_of_whole_passes(cell, attention):
    net = network(cell, attention)
    written = net.write(SOURCE, limit=6)
    target = torch.full((3, 1), BOS)
    for t in range(written.size(1)):
        word = net(SOURCE, target)[:, -1].argmax(-1)
        over = (target == EOS).any(1)
        assert torch.equal(written[:, t], word.masked_fill(over, PAD))
        target = torch.cat([target, word[:, None]], 1)
    alone = net.write(SOURCE[1:2, :2], limit=6)[0]
    torch.testing.assert_close(written[1, : len(alone)], alone)  # a neighbor changes nothing


def test_writing_stops_at_the_end():
    net = network("lstm", attention=False)
    net.words.bias[EOS] = 1e3
    assert net.write(SOURCE).tolist() == [[EOS]] * 3


def test_the_state_after_the_padding_is_another_one():
    net = network("lstm", attention=False)
    right, wrong = net.run(SOURCE, TARGET), net.run(SOURCE, TARGET, read_padding=True)
    assert torch.equal(right.handed.h[0], wrong.handed.h[0])  # the longest has no padding
    assert not torch.allclose(right.handed.h[1], wrong.handed.h[1], atol=1e-3)
    mended = net.run(SOURCE, TARGET, read_padding=True, handed=right.handed)
    assert torch.equal(mended.logits, right.logits)


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_gates_of_either_part_can_be_held(part):
    net = network("lstm", attention=True)
    shut = {part: {"i": torch.tensor(0.0)}}
    found = net.run(SOURCE[:1], TARGET[:1], clamp=shut)
    assert not getattr(found, part).gates["i"].any()
    other = found.decoder if part == "encoder" else found.encoder
    assert other.gates["i"].all()
    open_ = {part: {"i": torch.tensor(torch.nan)}}
    assert torch.equal(net.write(SOURCE, 5, clamp=open_), net.write(SOURCE, 5))


def test_every_name_can_be_built():
    for name, config in shipped.CONFIGS.items():
        assert shipped.build(name).config == config
    with pytest.raises(ValueError, match="choose lstm, lstm_attention"):
        shipped.build("transformer")
