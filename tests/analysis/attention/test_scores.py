from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from viz_models.analysis.attention import reading as readings
from viz_models.analysis.attention.block import as_torch, block
from viz_models.analysis.attention.score import score
from viz_models.analysis.attention.scores import head_weights, stages, text_attention
from viz_models.models.attention import MultiHeadAttention
from viz_models.models.vocabulary import MAX_TOKENS, PAD
from viz_models.records import AttendSpec, MaskSpec

BATCH = ("she does not see the dog", "the black cat sleeps")
SPEC = AttendSpec(batch=BATCH)
PLACES = [
    (model, part)
    for model in ("translate", "translate_kv2", "translate_kv1", "language")
    for part in ("encoder", "decoder", "cross")
    if model != "language" or part == "decoder"
]


@pytest.mark.parametrize(("model", "part"), PLACES)
@pytest.mark.parametrize("fill", ["-inf", "0", "after"])
def test_every_stage_follows_from_the_one_before_and_the_last_equals_torch(model, part, fill):
    mask = MaskSpec(kinds=("padding", "causal"), fill=fill)
    spec = replace(SPEC, model=model, part=part, mask=mask, layer=1, head=3)
    found = stages(spec)
    q, k, v = (torch.from_numpy(a) for a in (found.q, found.k, found.v))
    may = torch.from_numpy(found.allowed)
    torch.testing.assert_close(torch.from_numpy(found.scores), q @ k.T)
    np.testing.assert_allclose(found.scaled, found.scores / np.sqrt(q.shape[1]), rtol=1e-6)
    assert found.scores.shape == (len(found.queries), len(found.keys))
    assert found.max_difference < 1e-5
    theirs = functional.scaled_dot_product_attention(q, k, v, attn_mask=may)
    if fill == "-inf":
        np.testing.assert_allclose(found.output, theirs, atol=1e-5)
        np.testing.assert_allclose(found.weights.sum(1), 1, atol=1e-6)
        assert (found.weights[~found.allowed] == 0).all()
        assert np.isneginf(found.masked[~found.allowed]).all()
    else:
        assert not np.allclose(found.output, theirs, atol=1e-3)


@pytest.mark.parametrize(("model", "part"), PLACES)
def test_without_a_mask_of_ones_own_it_is_what_the_network_computed(model, part):
    spec = replace(SPEC, model=model, part=part, layer=1, head=2)
    reading = readings.read(spec)
    found, own = stages(spec, reading), reading.attended(part, 1)
    np.testing.assert_array_equal(found.weights, own.weights[0, 2])
    np.testing.assert_allclose(found.output, own.heads[0, 2], atol=1e-6)
    np.testing.assert_array_equal(head_weights(spec, reading)[1], own.weights[0])


@pytest.mark.parametrize(("model", "part"), PLACES)
def test_the_layer_around_it_equals_torchs_modules_and_keeps_its_shape(model, part):
    found = block(replace(SPEC, model=model, part=part, layer=1))
    assert max(stage.difference for stage in found.stages) < 1e-5
    assert found.stages[0].values.shape == found.stages[-1].values.shape
    assert all(len(stage.values) == len(found.tokens) for stage in found.stages)
    reading = readings.read(replace(SPEC, model=model, part=part))
    layer = reading.layers(part)[1]
    np.testing.assert_allclose(found.stages[-1].values, layer.output[0], atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    width=st.sampled_from([4, 8, 12]),
    heads=st.sampled_from([1, 2, 4]),
    shared=st.sampled_from([1, 2, 4]),
    length=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_copied_weights_give_nn_multiheadattention(width, heads, shared, length, seed):
    if heads % shared:
        return
    torch.manual_seed(seed)
    module = MultiHeadAttention(width * heads, heads, shared).eval()
    x, may = torch.randn(2, length, width * heads), torch.rand(length, length) > 0.4
    may |= torch.eye(length, dtype=torch.bool)
    before = torch.get_rng_state()
    copy = as_torch(module)
    assert torch.equal(torch.get_rng_state(), before)
    theirs, weights = copy(x, x, x, attn_mask=~may, average_attn_weights=False)
    found = module.attend(x, allowed=may)
    torch.testing.assert_close(found.output, theirs, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.weights, weights, atol=1e-5, rtol=1e-5)


def test_i_love_cats():
    found = text_attention(AttendSpec())
    assert found.translation == "j' aime les chats"
    assert found.source == ("i", "love", "cats", "<eos>")
    assert found.target == ("<bos>", "j'", "aime", "les", "chats")
    assert found.written == ("j'", "aime", "les", "chats", "<eos>")
    assert (found.probabilities > 0.5).all()
    assert found.max_difference < 1e-5
    assert found.encoder.shape[1:] == (4, 4, 4)
    assert found.cross.shape[1:] == (4, 5, 4)
    assert found.unknown == ()


def test_a_batch_changes_no_weight_of_the_sentence_and_its_filling_is_not_read():
    alone, beside = text_attention(AttendSpec()), text_attention(SPEC)
    assert beside.source[4:] == ("<pad>",) * (len(beside.source) - 4)
    for part in ("encoder", "decoder", "cross"):
        small, large = getattr(alone, part), getattr(beside, part)
        queries, keys = small.shape[2:]
        np.testing.assert_allclose(large[:, :, :queries, :keys], small, atol=1e-5)
    assert not beside.encoder[..., 4:].any()
    assert not beside.cross[..., 4:].any()


def test_the_batch_says_how_many_of_its_tokens_are_real():
    reading = readings.read(SPEC)
    found = readings.batch(reading, "encoder")
    assert found.lengths == tuple((reading.source != PAD).sum(1).tolist())
    assert found.tokens[2][: found.lengths[2]] == ("the", "black", "cat", "sleeps", "<eos>")


def test_unknown_words_keep_their_letters():
    found = text_attention(AttendSpec(text="i love Zebras"))
    assert found.unknown == ("zebras",)
    assert found.source[2] == "zebras"


def test_a_target_of_ones_own_is_read_instead():
    found = text_attention(AttendSpec(target="j' aime le chien"))
    assert found.target == ("<bos>", "j'", "aime", "le", "chien")
    assert found.translation == "j' aime les chats"


def test_one_word_and_the_longest_text():
    for model, part in (("language", "decoder"), ("translate", "encoder"), ("translate", "cross")):
        found = stages(AttendSpec(text="cats", model=model, part=part))
        assert found.max_difference < 1e-5
    long = " ".join(["cats"] * MAX_TOKENS)
    found = stages(AttendSpec(text=long, part="encoder"))
    assert found.weights.shape == (MAX_TOKENS + 1, MAX_TOKENS + 1)
    assert found.max_difference < 1e-5
    with pytest.raises(ValueError, match=f"{MAX_TOKENS + 1} words; the limit is {MAX_TOKENS}"):
        stages(AttendSpec(text=f"{long} cats"))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"text": ". !"}, "no word"),
        ({"layer": 2}, "no layer 2 in the decoder; choose 0 to 1"),
        ({"head": 4}, "no head 4; choose 0 to 3"),
        ({"model": "language", "part": "cross"}, "no cross attention"),
        ({"model": "language", "part": "encoder"}, "no encoder"),
        ({"model": "bert"}, "unknown model 'bert'"),
        ({"off": (("decoder", 0, 9),)}, "no head 9"),
        ({"target": "le " * 129}, "129 tokens; the limit is 128"),
    ],
)
def test_bad_input_is_answered_in_one_line(wrong, complaint):
    with pytest.raises(ValueError, match=complaint) as refused:
        stages(replace(AttendSpec(), **wrong))
    assert "\n" not in str(refused.value)


def test_an_empty_row_is_nan_and_left_out_of_the_comparison():
    mask = MaskSpec(kinds=("causal", "painted"), painted=((0, 0),))
    found = stages(AttendSpec(mask=mask))
    assert np.isnan(found.weights[0]).all()
    assert not np.isnan(found.weights[1:]).any()
    assert found.max_difference < 1e-5


def test_reading_leaves_the_shared_network_bit_for_bit_as_it_was():
    with readings.network("translate") as model:
        before = {name: t.clone() for name, t in model.state_dict().items()}
    stages(replace(SPEC, off=(("decoder", 0, 1),)))
    block(SPEC)
    with readings.network("translate") as model:
        assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())
        assert not model.training


@pytest.mark.parametrize("fill", ["-inf", "0", "after"])
def test_a_score_adds_up_and_its_share_is_torchs_weight(fill):
    found = stages(replace(SPEC, mask=MaskSpec(kinds=("padding", "causal"), fill=fill)))
    for query, key in ((0, 0), (2, 1), (2, 4), (6, 6)):
        one = score(found, query, key, fill)
        assert one.agrees
        assert one.total == pytest.approx(float(found.q[query] @ found.k[key]), abs=1e-5)
        np.testing.assert_allclose(one.running, np.cumsum(one.products))
        assert one.weight == pytest.approx(one.torch_weight, abs=1e-6)
        assert one.exp / one.denominator == pytest.approx(
            float(torch.from_numpy(found.masked[query]).softmax(-1)[key]), abs=1e-6
        )


def test_a_score_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"no score \(9, 0\); choose a query below 7"):
        score(stages(SPEC), 9, 0)


def test_a_score_of_an_empty_row_has_no_share():
    mask = MaskSpec(kinds=("causal", "painted"), painted=((0, 0),))
    one = score(stages(AttendSpec(mask=mask)), 0, 0)
    assert one.denominator == 0
    assert np.isnan(one.weight)
