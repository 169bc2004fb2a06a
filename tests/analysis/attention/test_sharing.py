from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from viz_models.analysis.attention import sharing
from viz_models.models import text_models
from viz_models.models.attention import MultiHeadAttention, causal
from viz_models.records import SHARING_KINDS, SharingSpec


def attention(heads, d_k=8, seed=0):
    torch.manual_seed(seed)
    return MultiHeadAttention(heads * d_k, heads).eval().requires_grad_(False)


@settings(max_examples=30)
@given(
    heads=st.sampled_from([(4, 2), (4, 1), (6, 3), (6, 2), (1, 1)]),
    length=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_pooled_is_torchs_grouped_attention_over_the_mean_heads(heads, length, seed):
    layer = attention(heads[0], seed=seed)
    x = torch.randn(2, length, heads[0] * 8)
    whole = layer.attend(x)
    group = heads[0] // heads[1]
    k, v = (t.unflatten(1, (heads[1], group)).mean(2) for t in (whole.k, whole.v))
    mask = causal(length)
    torchs = functional.scaled_dot_product_attention(whole.q, k, v, attn_mask=mask, enable_gqa=True)
    ours = sharing.pooled(layer, heads[1]).attend(x, allowed=mask).heads
    torch.testing.assert_close(ours, torchs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("change", [sharing.pooled, sharing.summed])
def test_as_many_heads_as_before_change_nothing(change):
    layer = attention(4)
    same = change(layer, 4)
    for name, values in layer.state_dict().items():
        assert torch.equal(values, same.state_dict()[name]), name


@pytest.mark.parametrize("kv_heads", [2, 1])
def test_summed_is_one_softmax_of_the_summed_queries_a_group(kv_heads):
    layer, x = attention(4), torch.randn(2, 5, 32)
    whole = layer.attend(x)
    q, k, v = (t.unflatten(1, (kv_heads, 4 // kv_heads)) for t in (whole.q, whole.k, whole.v))
    torchs = functional.scaled_dot_product_attention(q.sum(2), k.mean(2), v.mean(2))
    ours = sharing.summed(layer, kv_heads).attend(x)
    expected = torchs.repeat_interleave(4 // kv_heads, dim=1)
    torch.testing.assert_close(ours.heads, expected, rtol=1e-4, atol=1e-5)
    assert sharing.rank(ours.weights[0].flatten(1)) == kv_heads
    assert sharing.rank(sharing.pooled(layer, kv_heads).attend(x).weights[0].flatten(1)) == 4


def test_summing_queries_leaves_fewer_directions_to_ask_in():
    layer = attention(4)
    ranks = [sharing.rank(sharing.summed(layer, n).q_proj.weight) for n in (4, 2, 1)]
    assert ranks == [32, 16, 8]


@pytest.mark.parametrize("kv_heads", [0, 3, 8])
def test_heads_that_do_not_divide_are_refused(kv_heads):
    with pytest.raises(ValueError, match="choose a divisor of 4"):
        sharing.pooled(attention(4), kv_heads)


def test_the_shared_networks_stay_as_they_are():
    with text_models.translator(4) as model:
        before = {n: t.clone() for n, t in model.state_dict().items()}
    sharing.sharing(SharingSpec(text="the black cat sleeps", kv_heads=1))
    with text_models.translator(4) as model:
        assert all(torch.equal(before[n], t) for n, t in model.state_dict().items())


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_versions_beside_each_other(part, kv_heads):
    spec = SharingSpec(text="the black cat sleeps", kv_heads=kv_heads, part=part, layer=1)
    found = sharing.sharing(spec)
    assert tuple(v.kind for v in found.versions) == SHARING_KINDS
    assert found.max_difference < 1e-5
    for version in found.versions:
        assert version.weights.shape == (4, len(found.queries), len(found.keys))
        assert version.weights.sum(-1) == pytest.approx(1, abs=1e-5)
    trained, pooled = found.version("trained"), found.version("pooled")
    assert trained.output_change == 0
    assert (pooled.output_change == 0) == (kv_heads == 4)
    assert found.version("summed").pattern_rank <= kv_heads
    d, d_k = 32, 8
    lost = (4 - kv_heads) * d_k * (d + 1) * 2 * 6  # K and V of six attentions, weight and bias
    assert trained.parameters - pooled.parameters == lost


def test_one_word_is_enough():
    found = sharing.sharing(SharingSpec(text="cats", part="encoder", kv_heads=1))
    assert found.queries == found.keys == ("cats", "<eos>")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"kv_heads": 3}, "3 K/V heads; choose 4, 2 or 1"),
        ({"part": "both"}, "choose encoder, decoder or cross"),
        ({"layer": 2}, "no layer 2; choose 0 or 1"),
        ({"text": "..."}, "no word"),
    ],
)
def test_what_is_not_there_is_refused(change, line):
    with pytest.raises(ValueError, match=line):
        sharing.sharing(replace(SharingSpec(), **change))


def test_accuracy_counts_what_the_network_itself_writes():
    texts = ("i love cats", "the black cat sleeps", "we run", "she sees a dog")
    model = sharing.network("trained", 4)
    truth = []
    for text in texts:
        words = sharing.tokenize(text)
        ids = model.write(torch.tensor([[*words.ids, sharing.EOS]]), 20)[0].tolist()
        truth.append((text, sharing.french_tokens(ids), sharing.EOS in ids))
    pairs = [(text, french) for text, french, _ in truth]
    assert sharing.right_translations(model, pairs) == sum(done for *_, done in truth)
    wrong = [(text, (*french, "chat")) for text, french in pairs]
    assert sharing.right_translations(model, wrong) == 0


def test_a_version_that_was_only_measured_cannot_be_looked_at():
    with pytest.raises(ValueError, match="unknown version 'summed_retrained'"):
        sharing.network("summed_retrained", 2)
