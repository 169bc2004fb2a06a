"""Calls of torch on masks that people trip over: a row with no key left, True against False."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.language import N_
from viz_models.models.registry import seeded
from viz_models.records import MaskedCall

WIDTH, HEADS = 4, 1
TOKENS = 3


def empty_row() -> tuple[MaskedCall, ...]:
    """Return what each of four calls makes of a query that may look at nothing.

    The calls are made: three drawn tokens, of which the first may look at none of the three.
    """
    layer, x = _layer()
    may = torch.ones(TOKENS, TOKENS, dtype=torch.bool)
    may[0] = False
    scores = (x @ x.mT / math.sqrt(WIDTH)).masked_fill(~may, -math.inf)
    textbook = scores.softmax(dim=-1)
    fused = functional.scaled_dot_product_attention(x, x, x, attn_mask=may)
    shown, told = layer(x, x, x, attn_mask=~may, need_weights=True)
    quick, _ = layer(x, x, x, attn_mask=~may, need_weights=False)
    bias = layer.out_proj.bias
    return (
        MaskedCall(call="softmax(scores) @ V", output=_said(textbook @ x), weights=_said(textbook)),
        MaskedCall(call="F.scaled_dot_product_attention", output=_said(fused), weights=""),
        MaskedCall(
            call="nn.MultiheadAttention, need_weights=True",
            output=_said(shown - bias),
            weights=_said(told),
        ),
        MaskedCall(
            call="nn.MultiheadAttention, need_weights=False",
            output=_said(quick - bias),
            weights="",
        ),
    )


def conventions() -> tuple[MaskedCall, ...]:
    """Give one boolean mask to both calls, and an additive mask that means the same in both.

    The mask is True for the first key alone; who is looked at is read off the weights.
    """
    layer, x = _layer()
    mask = torch.tensor([True, False, False]).expand(TOKENS, TOKENS)
    added = torch.zeros(TOKENS, TOKENS).masked_fill(~mask, -math.inf)
    eye = torch.eye(TOKENS)[None]
    fused = functional.scaled_dot_product_attention
    calls = []
    for name, given in (("bool", mask), ("float", added)):
        by_fused = fused(x, x, eye, attn_mask=given)
        _, by_layer = layer(x, x, x, attn_mask=given)
        calls += [
            MaskedCall(
                call=f"F.scaled_dot_product_attention, {name}", output="", weights=_who(by_fused)
            ),
            MaskedCall(call=f"nn.MultiheadAttention, {name}", output="", weights=_who(by_layer)),
        ]
    return tuple(calls)


def _layer() -> tuple[nn.MultiheadAttention, Tensor]:
    with seeded(0):
        layer = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).eval().requires_grad_(False)
        return layer, torch.randn(1, TOKENS, WIDTH)


def _said(values: Tensor) -> str:
    """Return the first row as text."""
    first = values[0, 0]
    if first.isnan().all():
        return "NaN"
    return N_("all 0") if not first.any() else ", ".join(f"{v:.2f}" for v in first)


def _who(weights: Tensor) -> str:
    """Return which keys the first query looks at: one, or the two others."""
    keys = [i for i, w in enumerate(weights[0, 0].tolist()) if w > 0]
    if len(keys) == 1:
        return N_("key {n}").format(n=keys[0])
    first, second = keys
    return N_("keys {n}, {n2}").format(n=first, n2=second)
