import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_models.analysis.attention.incremental import Incremental, write
from viz_models.models import text_models
from viz_models.models.vocabulary import BOS, EOS, PAD

NETS = {
    name: text_models.build(name).eval().requires_grad_(False)
    for name in ("translate", "translate_kv2", "translate_kv1", "language")
}


def sources(batch, length, seed):
    """Sentences of different length, each ended by EOS and padded."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(4, 80, (batch, length), generator=generator)
    for row, end in enumerate(torch.randint(0, length, (batch,), generator=generator).tolist()):
        ids[row, end] = EOS
        ids[row, end + 1 :] = PAD
    return ids


@settings(max_examples=25)
@given(
    name=st.sampled_from([n for n in NETS if n != "language"]),
    batch=st.integers(1, 4),
    lengths=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 99),
)
def test_a_translator_scores_words_as_in_one_pass(name, batch, lengths, seed):
    source = sources(batch, lengths[0], seed)
    target = torch.randint(4, 80, (batch, lengths[1]))
    target[:, 0] = BOS
    whole = NETS[name].run(source, target)
    decoder = Incremental(NETS[name], source, room=lengths[1])
    rows = [decoder.step(target[:, t]) for t in range(lengths[1])]
    logits = torch.stack([r.logits for r in rows], dim=1)
    torch.testing.assert_close(logits, whole.logits, rtol=1e-4, atol=1e-5)
    for layer, done in enumerate(whole.decoder):
        crossed = torch.stack([r.cross[layer] for r in rows], dim=2)
        torch.testing.assert_close(crossed, done.cross.weights, rtol=1e-4, atol=1e-6)


def test_a_language_model_scores_words_as_in_one_pass():
    ids = torch.randint(4, 80, (3, 20))
    decoder = Incremental(NETS["language"], batch=3, room=20)
    logits = torch.stack([decoder.step(ids[:, t]).logits for t in range(20)], dim=1)
    torch.testing.assert_close(logits, NETS["language"](ids), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [n for n in NETS if n != "language"])
def test_greedy_writing_equals_the_networks_own(name):
    source = sources(5, 6, seed=3)
    assert torch.equal(write(NETS[name], source, 12), NETS[name].write(source, 12))


def test_a_fork_goes_on_from_its_parent():
    net, source = NETS["translate_kv2"], sources(2, 5, seed=1)
    decoder = Incremental(net, source, room=3)
    decoder.step(torch.tensor([BOS, BOS]))
    decoder.select(torch.tensor([1, 1, 0]))
    forked = decoder.step(torch.tensor([7, 8, 9])).logits
    target = torch.tensor([[BOS, 7], [BOS, 8], [BOS, 9]])
    whole = net(source[[1, 1, 0]], target)[:, -1]
    torch.testing.assert_close(forked, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "heads"), [("translate", 4), ("translate_kv1", 1)])
def test_it_holds_what_was_written_and_the_source(name, heads):
    source = sources(1, 6, seed=2)
    decoder = Incremental(NETS[name], source)
    for _ in range(3):
        decoder.step(torch.tensor([BOS]))
    config, floats = NETS[name].config, 4
    layers, d_k = config.layers, config.d_model // config.num_heads
    assert decoder.nbytes == 2 * layers * heads * d_k * floats * 3
    assert decoder.source_nbytes == 2 * layers * heads * d_k * floats * 6


def test_a_translator_without_a_source_is_refused():
    with pytest.raises(ValueError, match="needs a source"):
        Incremental(NETS["translate"])
