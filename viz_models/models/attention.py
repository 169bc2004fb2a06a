"""Multi-head attention, written out to be read: every product on the way has a name."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Attended(NamedTuple):
    """What one attention computed. B examples, H heads, T queries, S keys.

    `masked` holds minus infinity where a query may not look. A row with nothing to look at has
    NaN weights: the softmax of nothing but minus infinity, 0 / 0. No softmax of ours hides that.
    """

    q: Tensor  # (B, H, T, d_k)
    k: Tensor  # (B, H, S, d_k), shared K heads repeated
    v: Tensor  # (B, H, S, d_k), shared V heads repeated
    scores: Tensor  # (B, H, T, S) q k^T
    scaled: Tensor  # (B, H, T, S) divided by sqrt(d_k)
    masked: Tensor  # (B, H, T, S) scaled, minus infinity where not allowed
    weights: Tensor  # (B, H, T, S) softmax of each row
    heads: Tensor  # (B, H, T, d_k) weights times v, times the gates
    joined: Tensor  # (B, T, d_model) the heads side by side
    output: Tensor  # (B, T, d_model) joined times W_O


class MultiHeadAttention(nn.Module):
    """softmax(Q K^T / sqrt(d_k)) V in several heads.

    References:
        Vaswani et al. 2017, eq. 1 and section 3.2.2, arXiv:1706.03762. One K/V head for all:
        Shazeer 2019, arXiv:1911.02150. One for each group: Ainslie et al. 2023, section 2.2,
        arXiv:2305.13245. Rotary positions: Su et al. 2021, eq. 34, arXiv:2104.09864.
    """

    rates: Tensor

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        num_kv_heads: int | None = None,
        *,
        bias: bool = True,
        rotary: bool = False,
    ) -> None:
        """Build the four projections with torch's own initialization.

        Args:
            d_model: Width of the inputs and of the output.
            num_heads: H query heads of d_k = d_model / H each.
            num_kv_heads: K and V heads; H is MHA (the default), 1 is MQA, between is GQA.
            bias: Of the projections.
            rotary: Turn Q and K by their positions, which the scores then depend on.

        Raises:
            ValueError: If the heads do not divide the width, or the K/V heads the heads.
        """
        super().__init__()
        kv_heads = num_heads if num_kv_heads is None else num_kv_heads
        check(d_model, num_heads, kv_heads, rotary=rotary)
        self.num_heads, self.num_kv_heads, self.rotary = num_heads, kv_heads, rotary
        self.d_k = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=bias)
        self.k_proj = nn.Linear(d_model, kv_heads * self.d_k, bias=bias)
        self.v_proj = nn.Linear(d_model, kv_heads * self.d_k, bias=bias)
        self.o_proj = nn.Linear(d_model, d_model, bias=bias)
        rates = frequencies(self.d_k) if rotary else None
        self.register_buffer("rates", rates, persistent=False)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, allowed: Tensor | None = None
    ) -> Tensor:
        """(B, T, d_model) to (B, T, d_model); the arguments are those of `attend`."""
        return self.attend(x, memory, allowed).output

    def attend(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        allowed: Tensor | None = None,
        gates: Tensor | None = None,
    ) -> Attended:
        """Attention with everything it computed on the way.

        Args:
            x: (B, T, d_model) whose queries ask.
            memory: (B, S, d_model) whose keys and values answer; x itself if None.
            allowed: bool, broadcastable to (B, H, T, S), True where a query may look.
            gates: (H,) or broadcastable to (B, H, T, d_k), times each head; 0 switches it off.
        """
        source = x if memory is None else memory
        q = self.split(self.q_proj(x), self.num_heads)
        k = self.split(self.k_proj(source), self.num_kv_heads)
        v = self.split(self.v_proj(source), self.num_kv_heads)
        if self.rotary:
            q, k = rotate(q, self.rates), rotate(k, self.rates)
        group = self.num_heads // self.num_kv_heads  # query heads that share one K/V head
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        scores = q @ k.transpose(-2, -1)
        scaled = scores / math.sqrt(self.d_k)
        masked = scaled if allowed is None else scaled.masked_fill(~allowed, -math.inf)
        weights = masked.softmax(dim=-1)
        heads = weights @ v
        if gates is not None:
            heads = heads * (gates.reshape(-1, 1, 1) if gates.dim() == 1 else gates)
        joined = heads.transpose(1, 2).flatten(2)
        output = self.o_proj(joined)
        return Attended(q, k, v, scores, scaled, masked, weights, heads, joined, output)

    def split(self, x: Tensor, heads: int) -> Tensor:
        """(B, T, heads * d_k) to (B, heads, T, d_k)."""
        return x.unflatten(-1, (heads, self.d_k)).transpose(1, 2)


def positions(x: Tensor) -> Tensor:
    """0, 1, 2, ... along the second-last axis of x, as (T,) of x's dtype."""
    first = x.flatten(0, -3)[0, :, 0]
    return torch.ones_like(first).cumsum(0) - 1


def rotate(x: Tensor, rates: Tensor) -> Tensor:
    """Turn each pair of features by an angle that grows with the position.

    The product of two rotated vectors depends on how far apart they are, not on where.

    Args:
        x: (B, H, T, d_k) float, d_k even.
        rates: (d_k / 2,) radians a position, as from `frequencies`.

    References:
        Su et al. 2021, eq. 34, arXiv:2104.09864.
    """
    angles = positions(x).unsqueeze(-1) * rates  # (T, d_k / 2)
    cos, sin = angles.cos(), angles.sin()
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


def frequencies(d: int) -> Tensor:
    """(d / 2,) float32 radians a step: 1 falling to nearly 1 / 10000.

    References:
        Vaswani et al. 2017, section 3.5, arXiv:1706.03762.
    """
    return 10_000 ** -(torch.arange(0, d, 2) / d)


def causal(t: int) -> Tensor:
    """(t, t) bool: row i may look at columns 0 to i."""
    return torch.ones(t, t, dtype=torch.bool).tril()


def check(d_model: int, num_heads: int, num_kv_heads: int, *, rotary: bool = False) -> None:
    """Raise a ValueError with one clear line unless the heads fit the width."""
    if min(d_model, num_heads, num_kv_heads) < 1:
        raise ValueError("d_model, num_heads and num_kv_heads must be 1 or more")
    if d_model % num_heads:
        raise ValueError(
            f"{num_heads} heads do not divide d_model {d_model}; choose a divisor of it"
        )
    if num_heads % num_kv_heads:
        raise ValueError(
            f"{num_kv_heads} K/V heads do not divide {num_heads} heads; choose a divisor of them"
        )
    if rotary and d_model // num_heads % 2:
        raise ValueError(f"rotary positions need an even d_k, got {d_model // num_heads}")
