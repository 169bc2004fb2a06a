import pytest
import torch
from torch import nn

from viz_models.analysis.attention import rows


def test_a_row_with_nothing_left_is_nan_or_zeros_depending_on_the_call():
    found = {call.call: (call.output, call.weights) for call in rows.empty_row()}
    assert found == {
        "softmax(scores) @ V": ("NaN", "NaN"),
        "F.scaled_dot_product_attention": ("all 0", ""),
        "nn.MultiheadAttention, need_weights=True": ("NaN", "NaN"),
        "nn.MultiheadAttention, need_weights=False": ("all 0", ""),
    }


def test_true_means_the_opposite_to_the_two_calls_and_a_float_mask_the_same():
    bool_fused, bool_layer, float_fused, float_layer = (c.weights for c in rows.conventions())
    assert (bool_fused, bool_layer) == ("key 0", "keys 1, 2")
    assert float_fused == float_layer == "key 0"


def test_the_documented_meaning_of_a_boolean_mask_of_nn_multiheadattention():
    layer, x = rows._layer()
    hidden = torch.tensor([True, False, False]).expand(3, 3)
    _, weights = layer(x, x, x, attn_mask=hidden)
    assert (weights[0, :, 0] == 0).all()


def test_random_numbers_of_others_are_left_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    rows.empty_row()
    rows.conventions()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("need_weights", [True, False])
def test_what_is_said_is_what_torch_gives(need_weights):
    layer, x = rows._layer()
    assert isinstance(layer, nn.MultiheadAttention)
    hidden = torch.zeros(3, 3, dtype=torch.bool)
    hidden[0] = True
    out, _ = layer(x, x, x, attn_mask=hidden, need_weights=need_weights)
    assert bool(out[0, 0].isnan().all()) is need_weights
    assert not out[0, 1:].isnan().any()
