import numpy as np
import pytest
import torch
import torchvision

from viz_models.analysis.attention.patches import as_ours, attention_of, digit_attention
from viz_models.models import vision_models
from viz_models.training.data import sets as data
from viz_models.ui.kit import take_away


@pytest.fixture(scope="module")
def digit():
    digits = data.digits()
    return digit_attention(digits.test_inputs[7].numpy(), int(digits.test_targets[7]))


def test_every_row_sums_to_one_and_equals_torch(digit):
    assert digit.weights.shape == (3, 4, 17, 17)
    np.testing.assert_allclose(digit.weights.sum(-1), 1, atol=1e-5)
    assert digit.max_difference < 1e-5


def test_it_says_what_the_network_says(digit):
    inputs = data.digits().test_inputs[7:8]
    with vision_models.digits_vit() as model, torch.no_grad():
        expected = model(inputs).softmax(-1)[0]
    assert digit.labels[0] == str(int(expected.argmax()))
    assert digit.probabilities[0] == pytest.approx(float(expected.max()))
    assert digit.truth == str(int(data.digits().test_targets[7]))
    assert digit.picture.shape == (8, 8, 3)
    assert (digit.picture.min(), digit.picture.max()) == (0, 255)


def test_patches_lie_where_the_image_has_them(digit):
    for query in (0, 6):
        looks = digit.looks(1, 2, query)
        assert looks[2, 3] == digit.weights[1, 2, query, 1 + 2 * 4 + 3]
        assert np.array_equal(digit.every_look(query)[1 * 4 + 2], looks)


def test_distance_by_hand(digit):
    total = weight = 0.0
    for q in range(16):
        for k in range(16):
            w = float(digit.weights[0, 0, 1 + q, 1 + k])
            total += w * np.hypot(q // 4 - k // 4, q % 4 - k % 4)
            weight += w
    assert digit.distance(0, 0) == pytest.approx(total / weight, rel=1e-5)


def test_a_transformer_of_torchvision_is_opened_and_left_as_it_was():
    torch.manual_seed(0)
    model = torchvision.models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=2, num_heads=3, hidden_dim=24, mlp_dim=32,
        num_classes=5,
    ).eval()  # fmt: skip
    torch.nn.init.normal_(model.heads.head.weight)
    image = np.random.default_rng(0).normal(size=(3, 32, 32)).astype(np.float32)
    picture = np.zeros((32, 32, 3), np.uint8)
    found = attention_of(model, image, picture, [f"class {i}" for i in range(5)])
    assert found.weights.shape == (2, 3, 17, 17)
    assert found.max_difference < 1e-5
    assert found.grid == 4
    seen = []
    first = model.encoder.layers[0].self_attention
    hook = first.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        logits = model(torch.from_numpy(image)[None])[0]
    hook.remove()
    _, expected = first(seen[0], seen[0], seen[0], average_attn_weights=False)
    np.testing.assert_allclose(found.weights[0], expected[0].detach().numpy(), atol=1e-6)
    assert found.labels[0] == f"class {int(logits.argmax())}"
    assert not any(m._forward_hooks for m in model.modules())


def test_no_hook_stays_when_the_forward_raises():
    model = torchvision.models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=1, num_heads=1, hidden_dim=8, mlp_dim=8
    ).eval()
    with pytest.raises((AssertionError, RuntimeError)):
        attention_of(model, np.zeros((3, 16, 16), np.float32), np.zeros((16, 16, 3), np.uint8), [])
    assert not any(m._forward_hooks for m in model.modules())


def test_ours_shares_the_memory_of_torchs():
    theirs = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    ours = as_ours(theirs)
    assert ours.q_proj.weight.data_ptr() == theirs.in_proj_weight.data_ptr()
    assert ours.o_proj is theirs.out_proj


def test_the_script_alone_prints_the_same_weights(capsys, monkeypatch, digit):
    monkeypatch.setattr("sys.argv", ["patches.py", "pretrained/vit_digits.safetensors"])
    exec(take_away.filled("attention/patches", index=7, query=0), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    for line, (layer, head) in zip(lines, np.ndindex(3, 4), strict=False):
        looks = digit.looks(layer, head, 0)
        place = divmod(int(looks.argmax()), 4)
        assert (
            f"layer {layer + 1}, head {head + 1}: most on patch {place}, {looks.max():.4f}" in line
        )
    assert lines[-1].startswith(f"says {digit.labels[0]}, p = {digit.probabilities[0]:.4f}")
