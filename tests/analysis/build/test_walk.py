"""The walk against a forward pass of the same network, asked from outside."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from viz_models.analysis.build.walk import inputs, outline, walk
from viz_models.models import builder
from viz_models.models.builder.presets import PRESETS
from viz_models.records import ConvSpec, MlpSpec, RnnSpec, TransformerSpec
from viz_models.records.build.builder_walk import WalkSpec

PIXELS = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
SMALL = (
    ConvSpec(depths=(2, 1), widths=(6, 8), size=8, norm="batch"),
    ConvSpec(depths=(3,), widths=(4,), size=8, connect="dense"),
    MlpSpec(depth=3, width=8),
    TransformerSpec(layers=2, d_model=8, num_heads=2, num_kv_heads=1, size=8, patch=4),
    TransformerSpec(layers=2, d_model=8, source="tokens", length=5, causal=True),
)


@pytest.mark.parametrize("spec", SMALL, ids=lambda s: f"{type(s).__name__}")
def test_every_part_is_what_the_network_gives(spec):
    found = walk(WalkSpec(network=spec, seed=3), PIXELS)
    net = builder.build(spec, 3)
    x = inputs(spec, PIXELS)
    with torch.no_grad():
        expected = net(x)[0].numpy()
    assert np.array_equal(found.values[-1], expected)
    assert np.array_equal(found.values[0], x[0].numpy())
    assert shapes(found) == tuple(v.shape for v in found.values)
    assert sum(s.parameters for s in found.steps) == sum(p.numel() for p in net.parameters())
    assert len(found.names) == len(net.blocks()) + 3


def shapes(found):
    return tuple(step.output_shape for step in found.steps)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("source", ["rows", "tokens"])
def test_each_step_in_time_is_a_part(cell, source):
    spec = RnnSpec(
        cell=cell, layers=2, hidden=5, bidirectional=True, source=source, length=6, readout="last"
    )
    found = walk(WalkSpec(network=spec, seed=3), PIXELS)
    net = builder.build(spec, 3)
    x = inputs(spec, PIXELS)
    with torch.no_grad():
        states = net.cell(net.sequence(x))[0][0]
        np.testing.assert_allclose(found.values[-1], net(x)[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.stack(found.values[2:-1]), states, rtol=1e-5, atol=1e-6)
    assert shapes(found) == tuple(v.shape for v in found.values)
    assert shapes(outline(WalkSpec(network=spec))) == shapes(found)
    assert sum(s.parameters for s in found.steps) == sum(p.numel() for p in net.parameters())
    count = 8 if source == "rows" else 6
    assert found.names == ("input", "stem", *(f"t{t + 1}" for t in range(count)), "head")
    assert [s.inputs for s in found.steps[2:5]] == [("stem",), ("t1", "stem"), ("t2", "stem")]
    painted = walk(WalkSpec(network=spec, seed=3, kept="gradient"), PIXELS)
    assert [v.shape for v in painted.values] == [v.shape for v in found.values]
    assert all(v.any() for v in painted.values[1:])


def test_a_block_with_a_skip_reads_its_input_twice():
    for connect, times in (("plain", 1), ("residual", 2), ("dense", 2), ("split", 2)):
        spec = ConvSpec(depths=(2,), connect=connect)
        first, stem, *blocks, head = outline(WalkSpec(network=spec)).steps
        assert (first.inputs, stem.inputs) == ((), ("input",))
        assert [b.inputs for b in blocks] == [("stem",) * times, (blocks[0].name,) * times]
        assert head.inputs == (blocks[-1].name,)


def test_gradients_are_autograd_s_own():
    spec = SMALL[0]
    found = walk(WalkSpec(network=spec, kept="gradient"), PIXELS)
    net = builder.build(spec, 0)
    h = net.stem(inputs(spec, PIXELS)).detach().requires_grad_()
    out = h
    for down, stage in zip(net.downs, net.stages, strict=True):
        out = stage(down(out))
    F.cross_entropy(net.head(net.last(out)), torch.arange(2)).backward()
    np.testing.assert_allclose(found.values[1], h.grad[0].numpy(), rtol=1e-5, atol=1e-9)


def test_what_was_not_built_still_has_its_shapes():
    spec = PRESETS["vgg11"]
    found = outline(WalkSpec(network=spec))
    assert found.values == ()
    assert shapes(found)[1] == (3, 224, 224)
    assert shapes(found)[-2:] == ((512, 14, 14), (1000,))  # the last pool belongs to the head
    assert sum(s.parameters for s in found.steps) == 132_863_336


@pytest.mark.parametrize("spec", SMALL, ids=lambda s: f"{type(s).__name__}")
def test_an_outline_has_the_shapes_of_a_walk(spec):
    assert outline(WalkSpec(network=spec)).steps == walk(WalkSpec(network=spec), PIXELS).steps


def test_a_photo_arrives_standardized_and_mirrored():
    x = inputs(ConvSpec(size=16), PIXELS)
    assert x.shape == (2, 3, 16, 16)
    assert torch.equal(x[0], x[1].flip(-1))
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3)), torch.ones(3))
