"""The builder's Transformer beside torch's and torchvision's."""

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from torch import nn
from torchvision.models.vision_transformer import VisionTransformer

from tests.models.builder.transformer_specs import SPECS, example
from viz_models.analysis.flow.plan import plan_of
from viz_models.analysis.flow.trace import record
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets_transformer import PRESETS
from viz_models.models.builder.transformer import Block, tokens
from viz_models.records import TransformerSpec

SMALL = TransformerSpec(layers=2, d_model=24, num_heads=4, num_kv_heads=4, size=16, patch=4)
WORDS = replace(SMALL, source="tokens", length=9, vocabulary=11)


def torchs_layer(block, spec):
    """nn.TransformerEncoderLayer with the block's weights."""
    layer = nn.TransformerEncoderLayer(
        spec.d_model,
        spec.num_heads,
        block.ffn[0].out_features,
        dropout=0.0,
        activation=spec.activation,
        batch_first=True,
        norm_first=spec.pre_norm,
    )
    mine = block.state_dict()
    theirs = {
        "self_attn.in_proj_weight": torch.cat([mine[f"attention.{n}_proj.weight"] for n in "qkv"]),
        "self_attn.in_proj_bias": torch.cat([mine[f"attention.{n}_proj.bias"] for n in "qkv"]),
    }
    names = {
        "self_attn.out_proj": "attention.o_proj",
        "linear1": "ffn.0",
        "linear2": "ffn.2",
        "norm1": "attention_norm",
        "norm2": "ffn_norm",
    }
    for name, own in names.items():
        theirs |= {f"{name}.{p}": mine[f"{own}.{p}"] for p in ("weight", "bias")}
    layer.load_state_dict(theirs)
    return layer


@pytest.mark.parametrize("pre_norm", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("causal", [True, False])
def test_a_block_is_torchs_encoder_layer(pre_norm, activation, causal):
    spec = replace(SMALL, pre_norm=pre_norm, activation=activation, causal=causal)
    net = build(spec, 0)
    for parameter in net.parameters():  # a norm's 1 and 0 would hide a swap
        parameter.data += 0.1 * torch.randn(parameter.shape)
    x, t = torch.randn(3, tokens(spec), spec.d_model), tokens(spec)
    mask = nn.Transformer.generate_square_subsequent_mask(t) if causal else None
    for block in net.blocks():
        expected = torchs_layer(block, spec)(x, src_mask=mask, is_causal=causal)
        torch.testing.assert_close(block(x, net.allowed), expected, rtol=1e-4, atol=1e-5)


def test_vit_tiny_has_torchvisions_parameters_less_a_class_token():
    theirs = VisionTransformer(224, 16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768)
    count = sum(p.numel() for p in theirs.parameters())
    assert count == 5_717_416  # as in the paper: 5.7 M
    mine = sum(p.numel() for p in skeleton(PRESETS["vit_tiny"]).parameters())
    assert mine == count - 192 - 192  # the token, and its position


def test_patches_are_torchvisions():
    spec = replace(SMALL, d_model=24)
    theirs = VisionTransformer(16, 4, 1, num_heads=4, hidden_dim=24, mlp_dim=96)
    mine = build(spec, 0)
    theirs.conv_proj.load_state_dict(mine.embed.proj.state_dict())
    x = example(spec, 2)
    torch.testing.assert_close(mine.embed(x), theirs._process_input(x), rtol=0, atol=0)


@pytest.mark.parametrize("positions", ["none", "sinusoidal", "learned", "rotary"])
def test_no_token_sees_a_later_one(positions):
    spec = replace(WORDS, causal=True, positions=positions)
    net, x = build(spec, 0).eval(), example(spec, 2)
    changed = x.clone()
    changed[:, 5] = (x[:, 5] + 1) % spec.vocabulary
    before, after = net(x), net(changed)
    assert before.shape == (2, 9, 11)
    assert torch.equal(before[:, :5], after[:, :5])
    assert not torch.equal(before[:, 5:], after[:, 5:])


@pytest.mark.parametrize(
    ("positions", "moves"),
    [("none", False), ("sinusoidal", True), ("learned", True), ("rotary", True)],
)
def test_order_counts_with_positions_alone(positions, moves):
    net, x = build(replace(WORDS, positions=positions), 0).eval(), example(WORDS, 2)
    assert torch.allclose(net(x), net(x.flip(1)), atol=1e-6) is not moves


def test_rotary_attention_depends_on_distance():
    spec = replace(WORDS, positions="rotary")
    attention = build(spec, 0).layers[0].attention
    same = torch.randn(1, 1, 24).expand(1, 9, 24)  # one vector at every position
    scores = attention.attend(same).scores
    for offset in range(9):
        diagonal = scores.diagonal(offset, -2, -1)
        torch.testing.assert_close(diagonal, diagonal[..., :1].expand_as(diagonal))
    assert not torch.allclose(scores[..., 0, 0], scores[..., 0, 4])


def test_the_waves_of_the_paper():
    net = build(replace(WORDS, positions="sinusoidal"), 0)
    for position, feature in [(0, 0), (3, 0), (3, 1), (8, 10), (8, 23)]:
        angle = torch.tensor(position / 10000 ** (2 * (feature // 2) / 24), dtype=torch.float64)
        expected = angle.sin() if feature % 2 == 0 else angle.cos()
        assert float(net.positions.waves[position, feature]) == pytest.approx(
            float(expected), abs=1e-6
        )


@pytest.mark.parametrize("residual", [True, False])
def test_what_is_left_when_the_branches_are_silent(residual):
    block = build(replace(SMALL, residual=residual), 0).blocks()[0]
    nn.init.zeros_(block.attention.o_proj.weight)
    nn.init.zeros_(block.attention.o_proj.bias)
    nn.init.zeros_(block.ffn[2].weight)
    nn.init.zeros_(block.ffn[2].bias)
    x = torch.randn(2, 16, 24)
    assert torch.equal(block(x), x if residual else torch.zeros_like(x))


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_the_branches_make_the_block(norm):
    block = build(replace(SMALL, norm=norm), 0).blocks()[0]
    x = torch.randn(2, 16, 24)
    middle = x + block.attention_branch(x)
    assert torch.equal(block(x), middle + block.ffn_branch(middle))


def test_shared_heads_are_repeated_heads():
    shared = build(replace(SMALL, num_kv_heads=2, init="he"), 0).blocks()[0].attention
    full = build(SMALL, 0).blocks()[0].attention
    weights = shared.state_dict()
    for name in ("k_proj.weight", "k_proj.bias", "v_proj.weight", "v_proj.bias"):
        parts = weights[name].unflatten(0, (2, 6))
        weights[name] = parts.repeat_interleave(2, 0).flatten(0, 1)
    full.load_state_dict(weights)
    x = torch.randn(2, 16, 24)
    torch.testing.assert_close(shared(x), full(x))


@settings(max_examples=40)
@given(SPECS)
def test_every_spec_runs_there_and_back_and_can_be_traced(spec):
    net, x = build(spec, 3), example(spec, 2)
    net(x).square().mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())
    assert len(net.blocks()) == spec.layers
    assert all(isinstance(b, Block) for b in net.blocks())
    net.eval()
    planned = plan_of(skeleton(spec), x.to("meta"))  # of another copy, which has no values
    values = record(net, planned, x)
    with torch.no_grad():
        assert torch.equal(values["head"], net(x))
    assert {f"layers.{i}" for i in range(spec.layers)} <= {s.group for s in planned.steps}


def test_the_same_seed_the_same_network():
    one, two, other = (build(SMALL, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[n], two[n]) for n in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])
    assert copy.deepcopy(build(SMALL, 1)).state_dict().keys() == one.keys()


def test_final_norm_and_head_fold_together():
    planned = plan_of(skeleton(WORDS), example(WORDS, 1).to("meta"))
    groups = {step.name: step.group for step in planned.steps}
    assert groups["norm"] == groups["mean"] == groups["head"] == "head"
    assert groups["embed"] == "embed"
