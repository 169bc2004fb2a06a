import pytest
import torch
from sklearn.datasets import load_digits

from viz_models.records import DataSpec
from viz_models.training.data import sets as data


def test_every_digit_is_in_one_of_the_two_parts():
    d = data.digits()
    assert d.train_inputs.shape == (1437, 1, 8, 8)
    assert d.test_inputs.shape == (360, 1, 8, 8)
    inputs = torch.cat([d.train_inputs, d.test_inputs]).flatten(1)
    targets = torch.cat([d.train_targets, d.test_targets])
    pixels, labels = load_digits(return_X_y=True)
    # back to 0..16: undo the scaling with two pixels whose values are known to occur
    low, high = inputs.min(), inputs.max()
    restored = ((inputs - low) / (high - low) * 16).round().int()
    found = sorted((*p, t) for p, t in zip(restored.tolist(), targets.tolist(), strict=True))
    assert found == sorted(
        (*p, t) for p, t in zip(pixels.astype(int).tolist(), labels.tolist(), strict=True)
    )


def test_scaled_by_the_training_part_alone():
    d = data.digits()
    assert d.train_inputs.dtype == torch.float32
    assert d.train_inputs.double().mean().item() == pytest.approx(0, abs=1e-6)
    assert d.train_inputs.double().std(correction=0).item() == pytest.approx(1, abs=1e-6)
    assert abs(d.test_inputs.mean().item()) > 1e-4
    assert d.train_inputs.min() == d.test_inputs.min()  # black is black in both


def test_both_parts_hold_every_class():
    d = data.digits()
    for targets in (d.train_targets, d.test_targets):
        share = targets.bincount(minlength=10) / len(targets)
        assert share.shape == (10,)
        assert share.min() > 0.05


@pytest.mark.parametrize("batch_size", [1, 3, 10])
def test_each_pass_holds_every_example_once(batch_size):
    order = data.batches(10, batch_size, 30 // batch_size, seed=0).flatten()
    assert order.dtype == torch.int64
    for one in order.split(10):
        assert sorted(one.tolist()) == list(range(10))
    assert not torch.equal(order[:10], order[10:20])


def test_a_seed_fixes_the_order_whatever_the_batch_size():
    small, large = data.batches(100, 4, 50, seed=1), data.batches(100, 40, 5, seed=1)
    assert torch.equal(small.flatten(), large.flatten())
    assert not torch.equal(small, data.batches(100, 4, 50, seed=2))
    assert small.shape == (50, 4)


def test_shuffling_leaves_torchs_generator_alone():
    before = torch.random.get_rng_state()
    data.batches(100, 4, 50, seed=1)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("spec", [
    DataSpec(), DataSpec(size=20), DataSpec(permute=True, seed=3), DataSpec(size=4, permute=True),
    DataSpec(name="moons"),
])  # fmt: skip
def test_some_test_examples_are_those_of_the_whole_set(spec):
    whole, some = data.load(spec), data.tests(spec, [7, 0, 7])
    torch.testing.assert_close(some.test_inputs, whole.test_inputs[[7, 0, 7]])
    assert some.test_targets.tolist() == whole.test_targets[[7, 0, 7]].tolist()
