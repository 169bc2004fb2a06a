import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from viz_models.analysis.attention import cache as caches
from viz_models.models.attention import MultiHeadAttention, causal

HEADS = [(1, 1), (4, 4), (4, 2), (4, 1), (6, 3)]


def attention(heads, kv_heads, d_k=8, seed=0):
    torch.manual_seed(seed)
    return MultiHeadAttention(heads * d_k, heads, kv_heads).eval().requires_grad_(False)


@settings(max_examples=40)
@given(
    heads=st.sampled_from(HEADS),
    batch=st.integers(1, 3),
    length=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_step_by_step_equals_the_whole_at_once(heads, batch, length, seed):
    layer = attention(*heads, seed=seed)
    x = torch.randn(batch, length, heads[0] * 8)
    kept = caches.KvCache(layer, batch, length)
    stepped = torch.cat([caches.step(layer, x[:, t : t + 1], kept) for t in range(length)], dim=1)
    whole = layer(x, allowed=causal(length))
    torch.testing.assert_close(stepped, whole, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("heads", HEADS, ids=str)
def test_reading_equals_torchs_grouped_attention(heads):
    layer = attention(*heads)
    x, memory = torch.randn(2, 1, heads[0] * 8), torch.randn(2, 9, heads[0] * 8)
    allowed = torch.arange(9) < torch.tensor([[[[9]]], [[[4]]]])
    kept = caches.KvCache(layer, 2, 9)
    caches.fill(layer, memory, kept)
    output, weights = caches.read(layer, x, kept, allowed)
    q = layer.split(layer.q_proj(x), heads[0])
    torchs = functional.scaled_dot_product_attention(
        q, kept.keys, kept.values, attn_mask=allowed, enable_gqa=True
    )
    torch.testing.assert_close(output, layer.o_proj(torchs.transpose(1, 2).flatten(2)))
    assert torch.all(weights[1, :, 4:] == 0)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, heads[0]))


@pytest.mark.parametrize("heads", HEADS, ids=str)
def test_bytes_are_those_of_the_tensors(heads):
    layer = attention(*heads)
    kept = caches.KvCache(layer, 3, 20)
    assert kept.nbytes == 0
    caches.fill(layer, torch.randn(3, 7, heads[0] * 8), kept)
    real = sum(t.element_size() * t.numel() for t in (kept.keys, kept.values))
    assert kept.nbytes == real == 3 * 7 * 2 * heads[1] * 8 * 4  # K and V of float32


def test_a_fork_goes_on_from_its_parent():
    layer = attention(4, 2)
    x = torch.randn(2, 3, 32)
    kept = caches.KvCache(layer, 2, 4)
    caches.fill(layer, x, kept)
    kept.select(torch.tensor([1, 1]))
    for i in (0, 1):
        torch.testing.assert_close(
            kept.keys[i], layer.split(layer.k_proj(x[1:]), 2)[0], rtol=1e-6, atol=1e-6
        )


def test_a_full_cache_says_so():
    layer = attention(4, 2)
    kept = caches.KvCache(layer, 1, 2)
    with pytest.raises(ValueError, match="room for 2 positions, not 3"):
        caches.fill(layer, torch.randn(1, 3, 32), kept)


def test_turned_keys_are_refused():
    layer = MultiHeadAttention(32, 4, rotary=True)
    with pytest.raises(ValueError, match="choose rotary=False"):
        caches.fill(layer, torch.randn(1, 3, 32), caches.KvCache(layer, 1, 3))
