"""Moments of a training, against torch's own hooks on torchvision's network."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812
from torchvision.models import resnet18

from viz_models.analysis.flow.preprocess import prepare
from viz_models.images import samples
from viz_models.recipes import demo_moments, recognize
from viz_models.recipes.demo_recipe import Phase, Recipe
from viz_models.recipes.recognize import Training
from viz_models.recordings import demo_moments as recordings
from viz_models.records import CIFAR10_CLASSES
from viz_models.training.data.dataset import Dataset

SHORT = Recipe(
    phases=(
        Phase(size=32, samples=16, area=(0.5, 1.0)),
        Phase(size=40, samples=8, area=(0.5, 1.0)),
    ),
    batch_size=8,
    measured=16,
    moments=(1, 3),
)
HOOKED = ("conv1", "bn1", "layer1.0.conv2", "layer2.0.downsample.1", "layer4.1.bn2", "fc")


@pytest.fixture(scope="module")
def noise():
    generator = torch.Generator().manual_seed(0)
    return Dataset(
        train_inputs=torch.randint(256, (24, 3, 32, 32), generator=generator, dtype=torch.uint8),
        train_targets=torch.arange(24) % 10,
        test_inputs=torch.randint(256, (4, 3, 32, 32), generator=generator, dtype=torch.uint8),
        test_targets=torch.arange(4) % 10,
        classes=CIFAR10_CLASSES,
    )


@pytest.fixture(scope="module")
def trained(noise, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    training = Training(SHORT, noise)
    for progress in training.steps():
        if progress.step in SHORT.moments:
            training.save(state / f"moment{progress.step:05d}")
    return state, training


@pytest.fixture(scope="module")
def made(noise, trained):
    told = []
    found = demo_moments.measure(trained[0], SHORT, noise, lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    return found


def hooked(tensors):
    """What torchvision's own network gives, by its own hooks; the input is the sample photo."""
    net = resnet18(num_classes=10)
    net.load_state_dict(tensors)
    net.eval()
    seen = {}
    for name in (*HOOKED, "layer1.0", "layer3.1"):
        keep = lambda _m, _i, out, name=name: seen.update({name: out[0].clone()})  # noqa: E731
        net.get_submodule(name).register_forward_hook(keep)
    with torch.no_grad():
        net(torch.from_numpy(prepare(samples.load("cat")).tensor)[None])
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0, 1])
def test_maps_are_those_of_torchs_hooks_to_half_a_step_of_their_byte(moment, made, trained, noise):
    _, averaged = recognize.averaged_in(trained[0] / f"moment{SHORT.moments[moment]:05d}")
    seen = hooked(recognize.finished(averaged, SHORT, noise))
    seen["layer1.0.relu_1"], seen["layer3.1.relu_1"] = seen.pop("layer1.0"), seen.pop("layer3.1")
    for name, true in seen.items():
        step = made.step(name)
        ours = torch.from_numpy(step.at(moment))
        if name == "fc":
            torch.testing.assert_close(ours, true, rtol=1e-5, atol=1e-5)
            continue
        pooled = F.adaptive_avg_pool2d(true[list(step.channels)], ours.shape[-1])
        half = (pooled.amax((1, 2)) - pooled.amin((1, 2))) / 510
        worst = (ours - pooled).abs().amax((1, 2))
        assert (worst <= half * 1.001 + 1e-6).all(), name
        assert max(ours.shape[1:]) <= 28


@pytest.mark.slow
def test_the_last_moment_is_the_shipped_network(made, trained):
    kept = trained[1].shipped()
    seen = hooked(kept)
    np.testing.assert_allclose(
        made.moments[-1].probabilities, seen["fc"].double().softmax(0), rtol=1e-4
    )
    spread = seen["bn1"].flatten(1).std(1)
    assert made.step("bn1").channels == tuple(spread.topk(8).indices.tolist())
    weights = kept["conv1.weight"].float().numpy()
    step = float(weights.max() - weights.min()) / 255
    assert np.abs(made.filters(1) - weights).max() <= step * 0.5001


@pytest.mark.slow
def test_every_step_but_the_input_is_there(made):
    assert len(made.steps) == 69
    assert made.step("input") is None
    assert made.step("avgpool").at(0).shape == (512,)
    assert [(m.step, m.samples, m.size) for m in made.moments] == [(1, 8, 32), (3, 24, 40)]
    assert made.chosen_after == 24
    assert made.tested == 4


@pytest.mark.slow
def test_what_is_saved_is_what_is_loaded(made, tmp_path):
    again = recordings.load(recordings.save(made, tmp_path / "moments.json"))
    assert (again.moments, again.classes, again.provenance) == (
        made.moments,
        made.classes,
        made.provenance,
    )
    np.testing.assert_array_equal(again.filters(1), made.filters(1))
    for before, after in zip(made.steps, again.steps, strict=True):
        assert (after.name, after.channels, after.pooled) == (
            before.name,
            before.channels,
            before.pooled,
        )
        np.testing.assert_array_equal(after.at(0), before.at(0))


def test_a_folder_without_moments_is_refused_with_what_to_give(noise, tmp_path):
    with pytest.raises(ValueError, match="has no moments of a training; point --state"):
        demo_moments.measure(tmp_path, SHORT, noise, print)
