import math

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.models import text_models, vision_models
from viz_models.models.transformer import (
    Layer,
    TransformerConfig,
    embed,
    waves,
)
from viz_models.models.vision_transformer import VisionConfig, VisionTransformer
from viz_models.models.vocabulary import BOS, EOS, PAD

CONFIG = TransformerConfig(d_model=24, num_heads=3, num_kv_heads=3, hidden=40)


def copy_attention(ours, theirs):
    projections = (ours.q_proj, ours.k_proj, ours.v_proj)
    theirs.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
    theirs.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
    theirs.out_proj.load_state_dict(ours.o_proj.state_dict())


@torch.no_grad()
def test_an_encoder_layer_is_torchs_with_the_norm_first():
    torch.manual_seed(1)
    ours, x = Layer(CONFIG), torch.randn(2, 6, 24)
    for norm in (ours.self_norm, ours.ffn_norm):
        nn.init.normal_(norm.weight)
    theirs = nn.TransformerEncoderLayer(
        24, 3, 40, dropout=0, batch_first=True, norm_first=True
    ).eval()
    copy_attention(ours.self_attention, theirs.self_attn)
    for mine, their in (
        (ours.self_norm, theirs.norm1),
        (ours.ffn_norm, theirs.norm2),
        (ours.ffn_in, theirs.linear1),
        (ours.ffn_out, theirs.linear2),
    ):
        their.load_state_dict(mine.state_dict())
    hidden = torch.zeros(2, 6, dtype=torch.bool)
    hidden[0, 4:] = True  # padding
    expected = theirs(x, src_key_padding_mask=hidden)
    found = ours(x, ~hidden[:, None, None, :])
    torch.testing.assert_close(found[~hidden], expected[~hidden], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_decoder_layer_is_torchs_with_the_norm_first():
    torch.manual_seed(2)
    ours, x, memory = Layer(CONFIG, cross=True), torch.randn(2, 5, 24), torch.randn(2, 7, 24)
    theirs = nn.TransformerDecoderLayer(
        24, 3, 40, dropout=0, batch_first=True, norm_first=True
    ).eval()
    copy_attention(ours.self_attention, theirs.self_attn)
    copy_attention(ours.cross_attention, theirs.multihead_attn)
    for mine, their in (
        (ours.self_norm, theirs.norm1),
        (ours.cross_norm, theirs.norm2),
        (ours.ffn_norm, theirs.norm3),
        (ours.ffn_in, theirs.linear1),
        (ours.ffn_out, theirs.linear2),
    ):
        their.load_state_dict(mine.state_dict())
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    expected = theirs(x, memory, tgt_mask=mask, tgt_is_causal=True)
    found = ours.run(x, mask == 0, memory).output
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_padding_changes_nothing_for_the_words():
    model = text_models.build("translate", 3)
    source, target = torch.tensor([[5, 9, 7, EOS]]), torch.tensor([[BOS, 8, 6]])
    wide = torch.cat([source, torch.full((1, 3), PAD)], dim=1)
    torch.testing.assert_close(model(wide, target), model(source, target), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_decoder_cannot_see_words_to_come():
    model = text_models.build("language", 3)
    ids = torch.tensor([[BOS, 5, 9, 7]])
    other = torch.tensor([[BOS, 5, 9, 70]])
    a, b = model(ids), model(other)
    assert torch.equal(a[:, :3], b[:, :3])
    assert not torch.equal(a[:, 3], b[:, 3])


@torch.no_grad()
def test_writing_takes_the_likeliest_word_each_time():
    model = text_models.build("translate", 4)
    source = torch.tensor([[5, 9, 7, EOS], [6, EOS, PAD, PAD]])
    written = model.write(source, 6)
    for row in range(2):
        target = [BOS]
        for word in written[row].tolist():
            if target[-1] == EOS:
                assert word == PAD
                continue
            logits = model(source[row : row + 1], torch.tensor([target]))
            assert word == logits[0, -1].argmax()
            target.append(word)


@torch.no_grad()
def test_a_gate_reaches_the_head_it_names():
    model = text_models.build("translate", 5)
    source, target = torch.tensor([[5, 9, 7, EOS]]), torch.tensor([[BOS, 8, 6]])
    plain = model.run(source, target)
    for part in ("encoder", "decoder", "cross"):
        off = model.run(source, target, gates={(part, 1): torch.tensor([1.0, 0.0, 1.0, 1.0])})
        layer = (off.encoder if part == "encoder" else off.decoder)[1]
        attended = layer.cross if part == "cross" else layer.attended
        assert not attended.heads[:, 1].any()
        assert attended.heads[:, 0].any()
        assert not torch.equal(off.logits, plain.logits)


def test_waves_are_those_of_the_paper():
    d, length = 12, 40
    expected = np.empty((length, d))
    for position in range(length):
        for i in range(d // 2):
            angle = position / 10_000 ** (2 * i / d)
            expected[position, 2 * i], expected[position, 2 * i + 1] = (
                math.sin(angle),
                math.cos(angle),
            )
    np.testing.assert_allclose(waves(length, d).numpy(), expected, atol=2e-6)


def test_a_sentence_read_in_pieces_has_the_same_positions():
    table, ids = nn.Embedding(9, 8), torch.tensor([[3, 4, 5, 6]])
    whole = embed(table, ids)
    assert torch.equal(embed(table, ids[:, 2:], start=2), whole[:, 2:])
    assert torch.equal(embed(table, ids, positions=False), table(ids) * math.sqrt(8))


@torch.no_grad()
def test_patches_are_cut_row_by_row():
    torch.manual_seed(0)
    model = VisionTransformer(VisionConfig(d_model=8, num_heads=2, num_kv_heads=2, size=6, patch=3))
    image = torch.randn(1, 1, 6, 6)
    tokens = model.run(image).tokens[0, 1:] - model.positions[0, 1:]
    squares = nn.functional.unfold(image, 3, stride=3)[0].T  # (4, 9)
    expected = squares @ model.patches.weight.flatten(1).T + model.patches.bias
    torch.testing.assert_close(tokens, expected, atol=1e-5, rtol=1e-5)


def test_patches_must_tile_the_image():
    with pytest.raises(ValueError, match="do not tile"):
        VisionTransformer(VisionConfig(patch=3))


@pytest.mark.parametrize("build", [lambda s: text_models.build("language", s), vision_models.build])
def test_a_seed_gives_the_same_weights_and_leaves_torchs_generator_alone(build):
    before = torch.random.get_rng_state()
    first, again, other = build(7), build(7), build(8)
    assert torch.equal(torch.random.get_rng_state(), before)
    pairs = list(zip(first.parameters(), again.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert any(
        not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True)
    )


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="choose translate"):
        text_models.build("gpt")
    with pytest.raises(ValueError, match="3 K/V heads"):
        text_models.translator(3)
