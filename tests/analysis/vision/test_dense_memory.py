"""What a dense block keeps, counted a second way, and torchvision's own checkpointed DenseNet."""

from dataclasses import replace

import pytest
import torch
from torchvision.models.densenet import _DenseLayer

from viz_models.analysis.vision.dense_memory import DenseBlock, densenet121, measure
from viz_models.recordings.vision import dense_memory as recordings
from viz_models.records.vision.dense_memory import DenseMemorySpec

SMALL = DenseMemorySpec(growth=3, side=6, depths=(1, 2, 5), repeats=1)


def saved_bytes(block, x):
    """Bytes of all tensors that autograd saves for the backward pass, each storage once."""
    own = {t.data_ptr() for t in (*block.parameters(), *block.buffers())}
    found = {}

    def keep(tensor):
        if tensor.data_ptr() not in own:
            found[tensor.data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor.detach()  # an output that its own graph holds would never be freed

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = block(x)
    assert out.requires_grad
    return sum(found.values())


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_what_is_held_is_what_autograd_saves(depth):
    block = DenseBlock(depth, 3, "keep").train()
    held = measure(SMALL).step(depth, "keep").held_bytes
    assert held == saved_bytes(block, torch.randn(1, 3, 6, 6))


def test_held_bytes_are_the_formula_and_the_statistics_of_batch_norm():
    result = measure(SMALL)
    for step in result.steps:
        formula = result.formula_bytes(step.depth, step.keeping)
        channels = SMALL.growth * step.depth * (step.depth + 1) // 2
        statistics = 2 * 4 * channels if step.keeping == "keep" else 0
        assert step.held_bytes == formula + statistics
        assert step.peak_bytes > step.held_bytes


def test_checkpointing_changes_no_gradient_and_moves_the_running_mean_twice():
    result = measure(SMALL)
    assert result.largest_difference == 0
    assert {(s.keeping, s.mean_updates) for s in result.steps} == {("keep", 1), ("checkpoint", 2)}


def test_a_layer_is_half_of_torchvisions_dense_layer():
    """torchvision's layer puts a 1x1 convolution first; its second half is a layer of ours."""
    torch.manual_seed(0)
    theirs = _DenseLayer(6, growth_rate=3, bn_size=4, drop_rate=0.0).train()
    ours = DenseBlock(1, 3, "keep").layers[0]
    assert [type(m) for m in ours.children()] == [
        type(m) for m in (theirs.norm2, theirs.relu2, theirs.conv2)
    ]
    assert ours.conv.kernel_size == theirs.conv2.kernel_size
    assert ours.conv.padding == theirs.conv2.padding
    assert ours.conv.bias is None


@pytest.mark.slow
def test_densenet121_holds_less_with_its_own_flag():
    found, recorded = densenet121(side=64), recordings.load().network
    assert found.checkpointed_bytes < found.kept_bytes
    assert recorded.checkpointed_bytes < recorded.kept_bytes


def test_the_recording_is_what_the_page_asks_for():
    blocks = recordings.load().blocks
    assert blocks.spec == DenseMemorySpec()
    assert {s.depth for s in blocks.steps} == set(blocks.spec.depths)
    now = measure(replace(blocks.spec, depths=(4,), repeats=1))
    for keeping in ("keep", "checkpoint"):
        assert now.step(4, keeping).held_bytes == blocks.step(4, keeping).held_bytes


@pytest.mark.parametrize(
    "wrong", [{"growth": 0}, {"side": 0}, {"depths": ()}, {"depths": (0,)}, {"repeats": 0}]
)
def test_less_than_one_is_refused(wrong):
    with pytest.raises(ValueError, match="must each be 1 or more"):
        measure(replace(SMALL, **wrong))


def test_too_much_memory_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="choose fewer layers"):
        measure(DenseMemorySpec(growth=32, side=64, depths=(32,)))
