import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn
from torch.nn import functional

from viz_models.models.attention import MultiHeadAttention, causal, check, frequencies, rotate


@st.composite
def questions(draw, grouped=True):
    """An attention, its inputs and a mask that leaves every query something to look at."""
    heads = draw(st.integers(1, 6))
    kv_heads = draw(st.sampled_from([k for k in range(1, heads + 1) if heads % k == 0]))
    d_k = draw(st.integers(1, 9))
    b, t, s = draw(st.integers(1, 3)), draw(st.integers(1, 7)), draw(st.integers(1, 7))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    attention = MultiHeadAttention(
        heads * d_k, heads, kv_heads if grouped else heads, bias=draw(st.booleans())
    )
    for p in attention.parameters():
        nn.init.normal_(p, std=0.5, generator=generator)
    x = torch.randn(b, t, heads * d_k, generator=generator)
    memory = torch.randn(b, s, heads * d_k, generator=generator)
    allowed = torch.rand(b, 1, t, s, generator=generator) < draw(st.floats(0.1, 1))
    allowed[..., 0] |= ~allowed.any(-1)
    return attention, x, memory, draw(st.sampled_from([allowed, None]))


@settings(max_examples=60)
@given(questions())
def test_every_stage_is_torchs_scaled_dot_product_attention(question):
    attention, x, memory, allowed = question
    passed = attention.attend(x, memory, allowed)
    group = attention.num_heads // attention.num_kv_heads
    expected = functional.scaled_dot_product_attention(
        passed.q, passed.k[:, ::group], passed.v[:, ::group], attn_mask=allowed, enable_gqa=True
    )
    torch.testing.assert_close(passed.heads, expected, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(passed.weights.sum(-1), torch.ones(passed.weights.shape[:-1]))
    torch.testing.assert_close(
        passed.output, attention.o_proj(expected.transpose(1, 2).flatten(2)), atol=1e-4, rtol=1e-4
    )


@settings(max_examples=60)
@given(questions(grouped=False))
def test_it_is_torchs_multihead_attention_with_copied_weights(question):
    ours, x, memory, allowed = question
    has_bias = ours.q_proj.bias is not None
    theirs = nn.MultiheadAttention(x.size(-1), ours.num_heads, bias=has_bias, batch_first=True)
    projections = (ours.q_proj, ours.k_proj, ours.v_proj)
    state = {
        "in_proj_weight": torch.cat([p.weight for p in projections]),
        "out_proj.weight": ours.o_proj.weight,
    }
    if has_bias:
        state["in_proj_bias"] = torch.cat([p.bias for p in projections])
        state["out_proj.bias"] = ours.o_proj.bias
    theirs.load_state_dict(state)
    # torch's mask says True where a query may NOT look
    mask = None if allowed is None else ~allowed.expand(-1, ours.num_heads, -1, -1).flatten(0, 1)
    output, weights = theirs(
        x, memory, memory, attn_mask=mask, need_weights=True, average_attn_weights=False
    )
    passed = ours.attend(x, memory, allowed)
    torch.testing.assert_close(passed.output, output, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(passed.weights, weights, atol=2e-5, rtol=1e-4)


def test_a_row_with_nothing_to_look_at_is_nan_as_its_docstring_says():
    passed = MultiHeadAttention(4, 2).attend(
        torch.ones(1, 2, 4), allowed=torch.tensor([[False, False], [True, True]])
    )
    assert passed.weights[0, :, 0].isnan().all()
    assert not passed.weights[0, :, 1].isnan().any()


def test_a_gate_switches_one_head_off_and_no_other():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(12, 3), torch.randn(2, 5, 12)
    every = attention.attend(x)
    gated = attention.attend(x, gates=torch.tensor([1.0, 0.0, 1.0]))
    assert torch.equal(gated.heads[:, 1], torch.zeros(2, 5, 4))
    assert torch.equal(gated.heads[:, [0, 2]], every.heads[:, [0, 2]])
    assert torch.equal(gated.weights, every.weights)


@pytest.mark.parametrize("t", [1, 2, 9])
@pytest.mark.parametrize("d_k", [2, 6])
def test_rotation_is_a_complex_product(t, d_k):
    x = torch.randn(2, 3, t, d_k, dtype=torch.float64)
    angles = torch.outer(
        torch.arange(t, dtype=torch.float64),
        torch.tensor([10_000 ** (-2 * i / d_k) for i in range(d_k // 2)], dtype=torch.float64),
    )
    turned = torch.view_as_complex(x.unflatten(-1, (-1, 2))) * torch.polar(
        torch.ones_like(angles), angles
    )
    torch.testing.assert_close(
        rotate(x, frequencies(d_k)), torch.view_as_real(turned).flatten(-2), atol=1e-5, rtol=1e-5
    )


def test_rotary_scores_depend_on_distance_alone():
    q, k = torch.randn(1, 1, 1, 8).expand(1, 1, 12, 8), torch.randn(1, 1, 1, 8).expand(1, 1, 12, 8)
    scores = (rotate(q, frequencies(8)) @ rotate(k, frequencies(8)).transpose(-2, -1))[0, 0]
    for distance in (-3, 0, 5):
        line = scores.diagonal(distance)
        torch.testing.assert_close(line, line[:1].expand_as(line), atol=1e-5, rtol=1e-4)
    assert scores.diagonal(4)[0] != scores.diagonal(0)[0]


@pytest.mark.parametrize("rotary", [False, True])
def test_torch_fx_can_trace_it(rotary):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = MultiHeadAttention(12, 3, 1, rotary=rotary)

        def forward(self, x):
            return self.attention(x)

    net, x = Net(), torch.randn(2, 5, 12)
    assert torch.equal(fx.symbolic_trace(net)(x), net(x))


def test_causal_lets_nobody_see_the_future():
    assert causal(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]


@pytest.mark.parametrize(
    ("sizes", "word"),
    [((10, 3, 3), "3 heads do not divide"), ((12, 4, 3), "3 K/V heads"), ((12, 0, 1), "1 or more")],
)
def test_heads_that_do_not_fit_are_refused_in_one_line(sizes, word):
    with pytest.raises(ValueError, match=word) as refusal:
        MultiHeadAttention(*sizes)
    assert "\n" not in str(refusal.value)


def test_rotary_needs_pairs():
    with pytest.raises(ValueError, match="even"):
        check(9, 3, 3, rotary=True)


def test_scores_are_divided_by_the_root_of_d_k():
    passed = MultiHeadAttention(12, 3).attend(torch.randn(1, 4, 12))
    torch.testing.assert_close(passed.scores / math.sqrt(4), passed.scaled)
