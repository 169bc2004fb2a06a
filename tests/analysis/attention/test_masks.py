import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from viz_models.analysis.attention import masks
from viz_models.models.attention import MultiHeadAttention
from viz_models.records import MaskSpec

KINDS = ("padding", "causal", "window", "prefix", "painted")


def scores(queries, keys, width, seed, heads=1):
    draw = torch.Generator().manual_seed(seed)
    q, k, v = (torch.randn(heads, n, width, generator=draw) for n in (queries, keys, keys))
    return q, k, v


@st.composite
def asked(draw):
    """A mask, a number of queries, and which of the keys are real."""
    queries, keys = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    cell = st.tuples(st.integers(0, 9), st.integers(0, 9))
    mask = MaskSpec(
        kinds=tuple(draw(st.sets(st.sampled_from(KINDS)))),
        window=draw(st.integers(0, 9)),
        prefix=draw(st.integers(0, 9)),
        painted=tuple(draw(st.sets(cell, max_size=4))),
    )
    length = draw(st.integers(1, keys))
    return mask, queries, np.arange(keys) < length


@given(asked())
def test_every_kind_is_what_its_name_says(given_):
    mask, queries, real = given_
    may = masks.allowed(mask, queries, real)
    for i in range(queries):
        for j in range(real.size):
            causal = "causal" in mask.kinds or {"prefix", "window"} & {*mask.kinds} == {"prefix"}
            near = "window" not in mask.kinds or abs(i - j) <= mask.window
            expected = (near and (j <= i or not causal)) or (
                "prefix" in mask.kinds and j < mask.prefix
            )
            expected = expected and (real[j] or "padding" not in mask.kinds)
            expected ^= "painted" in mask.kinds and (i, j) in mask.painted
            assert may[i, j] == expected


def test_causal_is_torchs_tril_and_the_one_of_the_model():
    may = masks.allowed(MaskSpec(kinds=("causal",)), 6, np.ones(6, bool))
    np.testing.assert_array_equal(may, torch.ones(6, 6).tril().bool().numpy())


@settings(deadline=None)
@given(asked(), st.integers(1, 3), st.integers(1, 16), st.integers(0, 99))
def test_all_three_fills_equal_torch(given_, heads, width, seed):
    mask, queries, real = given_
    q, k, v = scores(queries, real.size, width, seed, heads)
    may = torch.from_numpy(masks.allowed(mask, queries, real))
    scaled = q @ k.mT / math.sqrt(width)
    for fill in masks.FILLS:
        ours = masks.softmax(masks.struck(scaled, may, fill), may, fill)
        theirs = masks.torch_weights(q, k, may, fill)
        seen = may.any(-1) if fill == "-inf" else torch.ones(queries, dtype=torch.bool)
        torch.testing.assert_close(ours[:, seen], theirs[:, seen], atol=1e-5, rtol=1e-5)
        assert fill != "-inf" or ours[:, ~seen].isnan().all()
    infinite = masks.softmax(masks.struck(scaled, may, "-inf"), may, "-inf")
    fused = functional.scaled_dot_product_attention(q, k, v, attn_mask=may)
    seen = may.any(-1)
    torch.testing.assert_close((infinite @ v)[:, seen], fused[:, seen], atol=1e-5, rtol=1e-5)


@settings(deadline=None)
@given(asked(), st.integers(0, 99))
def test_only_minus_infinity_neither_leaks_nor_falls_short(given_, seed):
    mask, queries, real = given_
    q, k, _ = scores(queries, real.size, 4, seed)
    scaled = (q @ k.mT / 2)[0].numpy()
    for row, may in zip(scaled, masks.allowed(mask, queries, real), strict=True):
        infinite, zero, after = masks.three_ways(row, may)
        if not may.any():
            assert math.isnan(infinite.total)
        else:
            assert infinite.total == pytest.approx(1, abs=1e-6)
        assert zero.total == pytest.approx(1, abs=1e-6)
        hidden = not may.all()
        assert (zero.leak > 0) == hidden
        kept = torch.from_numpy(row).softmax(-1)[torch.from_numpy(may)].sum()
        assert after.total == pytest.approx(float(kept), abs=1e-6)
        assert after.leak == 0
        expected = torch.from_numpy(np.where(may, row, 0)).softmax(-1)[~torch.from_numpy(may)]
        assert zero.leak == pytest.approx(float(expected.sum()), abs=1e-6)


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_the_networks_own_module_masks_as_minus_infinity_does(kv_heads):
    torch.manual_seed(0)
    module, x = MultiHeadAttention(16, 4, kv_heads).eval(), torch.randn(1, 5, 16)
    may = torch.from_numpy(masks.allowed(MaskSpec(kinds=("causal",)), 5, np.ones(5, bool)))
    found = module.attend(x, allowed=may)
    ours = masks.softmax(masks.struck(found.scaled, may, "-inf"), may, "-inf")
    assert torch.equal(ours, found.weights)
