"""A KV cache: each key and value is computed once, kept, and read by every later word."""

import math

import torch
from torch import Tensor

from viz_models.models.attention import MultiHeadAttention


class KvCache:
    """Keys and values of one attention, in memory reserved at the start.

    With G K/V heads it holds 2 * B * G * d_k numbers a position: the query heads that share a
    K/V head share its memory too, which is the point of sharing (Shazeer 2019, arXiv:1911.02150).
    """

    def __init__(self, attention: MultiHeadAttention, batch: int, room: int) -> None:
        """Make room for `room` positions of `batch` sentences."""
        heads, d_k = attention.num_kv_heads, attention.d_k
        weight = attention.k_proj.weight
        self._kept = weight.new_empty(2, batch, heads, room, d_k)
        self.length = 0  # positions filled

    @property
    def keys(self) -> Tensor:
        """Return what is kept: (B, G, length, d_k)."""
        return self._kept[0, :, :, : self.length]

    @property
    def values(self) -> Tensor:
        """Return what is kept: (B, G, length, d_k)."""
        return self._kept[1, :, :, : self.length]

    @property
    def nbytes(self) -> int:
        """Return the bytes of the filled positions."""
        return self.keys.nbytes + self.values.nbytes

    def append(self, keys: Tensor, values: Tensor) -> None:
        """Keep the next positions.

        Args:
            keys: (B, G, new, d_k).
            values: (B, G, new, d_k).

        Raises:
            ValueError: If there is no room left.
        """
        end = self.length + keys.shape[2]
        if end > self._kept.shape[3]:
            raise ValueError(f"the cache has room for {self._kept.shape[3]} positions, not {end}")
        self._kept[0, :, :, self.length : end] = keys
        self._kept[1, :, :, self.length : end] = values
        self.length = end

    def select(self, rows: Tensor) -> None:
        """Let sentence i continue from the cache of sentence rows[i], as a beam needs."""
        self._kept = self._kept[:, rows]


def fill(attention: MultiHeadAttention, x: Tensor, cache: KvCache) -> None:
    """Project x to keys and values and keep them.

    Args:
        attention: Whose projections.
        x: (B, new, d_model).
        cache: Of the same attention.

    Raises:
        ValueError: If positions are turned into K (rotary), or the cache is full.
    """
    if attention.rotary:
        raise ValueError("this cache keeps K as it is projected; choose rotary=False")
    heads = attention.num_kv_heads
    keys = attention.split(attention.k_proj(x), heads)
    cache.append(keys, attention.split(attention.v_proj(x), heads))


def read(
    attention: MultiHeadAttention, x: Tensor, cache: KvCache, allowed: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Compute attention of one new query for each sentence over all keys and values kept.

    Each K/V head is read once for its whole group of query heads and never copied for them: that
    is where sharing saves time.

    Args:
        attention: Whose projections.
        x: (B, 1, d_model).
        cache: Keys and values, those of x among them where x may see itself.
        allowed: bool, broadcastable to (B, 1, 1, S), True where it may look.

    Returns:
        Output (B, 1, d_model), and weights (B, H, S).
    """
    groups = attention.num_kv_heads
    q = attention.split(attention.q_proj(x), attention.num_heads)  # (B, H, 1, d_k)
    q = q.unflatten(1, (groups, -1)).squeeze(3)  # (B, G, H / G, d_k)
    scaled = q @ cache.keys.transpose(-2, -1) / math.sqrt(attention.d_k)
    if allowed is not None:
        scaled = scaled.masked_fill(~allowed, -math.inf)
    weights = scaled.softmax(dim=-1)
    heads = weights @ cache.values  # (B, G, H / G, d_k)
    output = attention.o_proj(heads.flatten(1).unsqueeze(1))
    return output, weights.flatten(1, 2)


def step(attention: MultiHeadAttention, x: Tensor, cache: KvCache) -> Tensor:
    """Keep the key and value of one new position, then compute its causal self-attention.

    Equals the last row of `attention(x_so_far, allowed=causal)`.

    Args:
        attention: Whose projections.
        x: (B, 1, d_model).
        cache: Of all positions before.

    Returns:
        (B, 1, d_model).
    """
    fill(attention, x, cache)
    return read(attention, x, cache)[0]


def random_cache(attention: MultiHeadAttention, length: int, generator: torch.Generator) -> KvCache:
    """Return a cache filled with N(0, 1) for timing; the values do not change the time."""
    cache = KvCache(attention, 1, length + 1)
    size = (1, attention.num_kv_heads, length, attention.d_k)
    cache.append(torch.randn(size, generator=generator), torch.randn(size, generator=generator))
    return cache
