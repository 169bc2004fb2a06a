"""Masks: which query may look at which key, and three ways to strike out the rest."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viz_models.records import FilledRow, MaskFill, MaskSpec

FILLS: tuple[MaskFill, ...] = ("-inf", "0", "after")


def allowed(mask: MaskSpec, queries: int, real: np.ndarray) -> np.ndarray:
    """Return which query may look at which key under the kinds that a spec combines.

    A prefix is seen by every query; without a window the rest is then causal (a prefix language
    model, arXiv:1910.10683, figure 4). Padding comes after that, and painted cells last.

    Args:
        mask: What is struck out.
        queries: T.
        real: (S,) bool, False where a key is padding.

    Returns:
        (T, S) bool, True where a query may look.
    """
    i, j = np.arange(queries)[:, None], np.arange(real.size)[None]
    may = np.ones((queries, real.size), bool)
    if "causal" in mask.kinds or ("prefix" in mask.kinds and "window" not in mask.kinds):
        may &= j <= i
    if "window" in mask.kinds:
        may &= abs(i - j) <= mask.window
    if "prefix" in mask.kinds:
        may |= j < mask.prefix
    if "padding" in mask.kinds:
        may &= real
    if "painted" in mask.kinds:
        for query, key in mask.painted:
            if query < queries and key < real.size:
                may[query, key] ^= True
    return may


def struck(scaled: Tensor, may: Tensor, fill: MaskFill) -> Tensor:
    """Return the scores as they enter the softmax: (..., T, S)."""
    if fill == "after":
        return scaled
    return scaled.masked_fill(~may, -math.inf if fill == "-inf" else 0.0)


def softmax(masked: Tensor, may: Tensor, fill: MaskFill) -> Tensor:
    """Return the weights (..., T, S); a row that is masked afterwards sums to less than 1."""
    weights = masked.softmax(dim=-1)
    return weights * may if fill == "after" else weights


def torch_weights(q: Tensor, k: Tensor, may: Tensor, fill: MaskFill) -> Tensor:
    """Return F.scaled_dot_product_attention's weights: its output where V is the identity.

    Args:
        q: (..., T, d_k) float.
        k: (..., S, d_k).
        may: (T, S) bool, True where a query may look.
        fill: How the rest is struck out. A score becomes 0 by adding what it is, negated.
    """
    attend = functional.scaled_dot_product_attention
    v = torch.eye(k.shape[-2]).to(k).expand(*k.shape[:-2], -1, -1)
    if fill == "-inf":
        return attend(q, k, v, attn_mask=may)
    if fill == "after":
        return attend(q, k, v) * may
    scaled = q @ k.mT / math.sqrt(q.shape[-1])
    return attend(q, k, v, attn_mask=torch.where(may, 0.0, -scaled))


def three_ways(scaled: np.ndarray, may: np.ndarray) -> tuple[FilledRow, ...]:
    """Return one row with masked scores at minus infinity, at 0, and zeroed after the softmax.

    Args:
        scaled: (S,) scores of one query divided by sqrt(d_k).
        may: (S,) bool, True where it may look.
    """
    return tuple(_filled(torch.tensor(scaled), torch.tensor(may), fill) for fill in FILLS)


def _filled(scaled: Tensor, may: Tensor, fill: MaskFill) -> FilledRow:
    weights = softmax(struck(scaled, may, fill), may, fill)
    return FilledRow(
        fill=fill,
        weights=weights.numpy(),
        total=float(weights.sum(dtype=torch.float64)),
        leak=float(weights[~may].sum(dtype=torch.float64)),
    )
