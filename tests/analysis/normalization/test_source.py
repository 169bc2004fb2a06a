import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
import torchvision
from sklearn.datasets import load_digits
from torchvision.models.feature_extraction import create_feature_extractor

from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.normalization import activation, map_steps, shape_of
from viz_models.images import samples
from viz_models.models import registry
from viz_models.records import ModelRef, SourceSpec

PHOTOS = ("cat", "coffee")
SEED = 3


@pytest.fixture(scope="module")
def model():
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return torchvision.models.resnet18(weights=None).eval().requires_grad_(False)


@pytest.mark.parametrize("step", ["conv1", "layer1.0.bn2", "layer1.0.add", "layer2.0.downsample.1"])
def test_layers_are_those_of_torchvision_with_nothing_overwritten(model, step):
    """bn2 and add are overwritten in place later in the forward; not here."""
    x = torch.from_numpy(np.stack([prepare(samples.load(p)).tensor for p in PHOTOS]))
    found = activation(SourceSpec(step=step, photos=PHOTOS, seed=SEED))
    if step == "layer2.0.downsample.1":  # += works on it: the extractor would hand out the sum
        before = create_feature_extractor(model, ["layer1.1.relu_1"])(x)["layer1.1.relu_1"]
        expected = model.layer2[0].downsample(before)
    elif step == "layer1.0.bn2":
        block = model.layer1[0]
        inside = model.maxpool(torch.relu(model.bn1(model.conv1(x))))
        expected = block.bn2(block.conv2(torch.relu(block.bn1(block.conv1(inside)))))
    else:
        net = create_feature_extractor(model, [step])
        for module in net.modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
        expected = net(x)[step]
    np.testing.assert_array_equal(found, expected.numpy(), strict=True)
    assert not found.flags.writeable


def test_the_shared_network_stays_as_it_was():
    with registry.shared(ModelRef(seed=SEED)) as shared:
        before = {k: v.clone() for k, v in shared.state_dict().items()}
    activation(SourceSpec(photos=PHOTOS, seed=SEED))
    with registry.shared(ModelRef(seed=SEED)) as shared:
        assert not shared.training
        assert all(torch.equal(v, before[k]) for k, v in shared.state_dict().items())
        assert not any(m._forward_hooks for m in shared.modules())


def test_fewer_channels_and_smaller_maps():
    whole = activation(SourceSpec(photos=PHOTOS))
    small = activation(SourceSpec(photos=PHOTOS, channels=8, side=8))
    assert whole.shape == (2, 64, 56, 56)
    pooled = whole[:, :8].reshape(2, 8, 8, 7, 8, 7).mean((3, 5))
    np.testing.assert_allclose(small, pooled, atol=1e-6)
    assert activation(SourceSpec(photos=PHOTOS, side=100)).shape == whole.shape


def test_digits():
    found = activation(SourceSpec(kind="digits", shape=(5, 1, 1, 1), seed=2))
    with torch.random.fork_rng():
        torch.manual_seed(2)
        first = torch.nn.Conv2d(1, 8, 3, padding=1)
        second = torch.nn.Conv2d(8, 8, 3, padding=1)
    images = torch.from_numpy(load_digits().images[:5]).float()[:, None] / 16
    with torch.no_grad():
        np.testing.assert_array_equal(found, second(first(images).relu()), strict=False)


def test_networks_built_at_the_same_time_keep_their_own_seeds():
    ref, digits = ModelRef(seed=4), SourceSpec(kind="digits", shape=(2, 1, 1, 1), seed=2)
    weights, map_values = registry.build(ref).state_dict(), activation(digits)
    done = threading.Event()

    def networks():
        try:
            built = [registry.build(ref).state_dict() for _ in range(4)]
        finally:
            done.set()
        return [all(torch.equal(b[k], weights[k]) for k in weights) for b in built]

    def small_ones():
        found = []
        while not done.is_set():
            found.append(np.array_equal(activation(digits), map_values))
        return found

    with ThreadPoolExecutor(2) as pool:
        large, small = pool.submit(networks), pool.submit(small_ones)
        assert large.result() == [True] * 4
        assert small.result()
        assert all(small.result())


def test_what_is_drawn():
    shape = (40, 3, 20, 20)
    normal = activation(SourceSpec(kind="normal", shape=shape, seed=5))
    np.testing.assert_array_equal(
        normal, torch.randn(shape, generator=torch.Generator().manual_seed(5))
    )
    uniform = activation(SourceSpec(kind="uniform", shape=shape))
    assert (uniform.min() >= 0, uniform.max() < 1) == (True, True)
    assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    shifted = activation(SourceSpec(kind="shifted", shape=shape))
    n, c = np.meshgrid(np.arange(40), np.arange(3), indexing="ij")
    np.testing.assert_allclose(shifted.mean((2, 3)), 2 * n - c, atol=0.8)
    np.testing.assert_allclose(shifted.std((2, 3)) / (1 + c), 1, atol=0.15)


@pytest.mark.parametrize(
    "spec",
    [
        SourceSpec(photos=PHOTOS, step="layer2.0.add"),
        SourceSpec(photos=PHOTOS, channels=8, side=8),
        SourceSpec(photos=PHOTOS, channels=100, side=100),
        SourceSpec(kind="digits", shape=(5, 1, 1, 1)),
        SourceSpec(kind="normal", shape=(3, 4, 5, 6), channels=2, side=3),
        SourceSpec(kind="shifted", shape=(3, 4, 5, 6), side=5),
    ],
)
def test_the_shape_is_known_beforehand(spec):
    assert shape_of(spec) == activation(spec).shape


def test_the_same_spec_gives_the_same_and_torchs_generator_stays():
    before = torch.random.get_rng_state()
    for kind in ("digits", "normal", "uniform", "shifted"):
        spec = SourceSpec(kind=kind, shape=(3, 2, 4, 4))
        np.testing.assert_array_equal(activation(spec), activation(spec))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_steps_with_maps():
    steps = map_steps()
    assert {"input", "conv1", "layer4.1.relu_1", "avgpool"} <= set(steps)
    assert not {"flatten", "fc"} & set(steps)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        (SourceSpec(step="fc"), "no step with maps"),
        (SourceSpec(step="layer9"), "no step with maps"),
        (SourceSpec(photos=()), "choose at least one"),
        (SourceSpec(photos=("dog",)), "unknown sample"),
        (SourceSpec(photos=("cat",) * 100), "too many"),
        (SourceSpec(kind="digits", shape=(0, 1, 1, 1)), "choose 1 to 1797"),
        (SourceSpec(kind="digits", shape=(1798, 1, 1, 1)), "choose 1 to 1797"),
        (SourceSpec(kind="normal", shape=(2**13, 2**12, 1, 1)), "too many"),
        (SourceSpec(kind="normal", seed=-1), "out of range"),
        (SourceSpec(kind="cauchy"), "choose from layer"),
        (SourceSpec(kind="normal", side=0), "at least 1"),
    ],
)
def test_what_cannot_be_had(spec, hint):
    with pytest.raises(ValueError, match=hint):
        activation(spec)
