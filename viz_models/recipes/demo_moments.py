"""The moments that the demo's training kept, looked at: filters, maps of a photo, accuracy."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.flow.plan import plan
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import record
from viz_models.images import samples
from viz_models.models.versions import torch_version
from viz_models.recipes.demo_recipe import Recipe
from viz_models.recipes.recognize import averaged_in, finished, network, share_right
from viz_models.records import CIFAR10_CLASSES, ImageRef, ModelRef, Provenance
from viz_models.records.flow.learned import DemoMoment, DemoMoments, DemoStep, encoded
from viz_models.training.data.dataset import Dataset

PHOTO = ImageRef(name="cat")
SHOWS = "cat"
MEASURED = 500  # training pictures that give BatchNorm its mean and variance
TESTED = 500  # a share of these is known to four points of a hundred, 95 of 100 times
CHANNELS = 8
SIDE = 28  # of a map, at most


def folders(state: Path) -> tuple[Path, ...]:
    """Where `train-demo` kept the moments in its folder, in order."""
    return tuple(sorted(path.parent for path in state.glob("moment*/training.safetensors")))


def measure(
    state: Path, recipe: Recipe, data: Dataset, progress: Callable[[int, int], None]
) -> DemoMoments:
    """Every moment's averaged network, as if the training had ended there.

    BatchNorm is measured anew for each, as for the weights that are shipped: with 500 pictures,
    and at the end of the training with as many as those, so that it is the shipped network.

    Args:
        state: The folder of `train-demo`.
        recipe: That it was trained by.
        data: CIFAR-10.
        progress: Told how many moments are done.

    Raises:
        ValueError: If there are no moments in the folder.
    """
    if not (kept := folders(state)):
        raise ValueError(
            f"{state} has no moments of a training; point --state to the folder of train-demo"
        )
    sizes = [p.size for p in recipe.phases for _ in range(p.samples // recipe.batch_size)]
    photo = torch.from_numpy(prepare(samples.load(PHOTO.name)).tensor)[None]
    tests = _some(data)
    moments, filters, values = [], [], []
    for done, folder in enumerate(kept, start=1):
        step, averaged = averaged_in(folder)
        measured = recipe.measured if step == len(sizes) else min(MEASURED, recipe.measured)
        net = network(finished(averaged, replace(recipe, measured=measured), data))
        made = outputs(net, photo)
        values.append(made)
        filters.append(net.get_parameter("conv1.weight").numpy())
        moments.append(
            DemoMoment(
                step=step,
                samples=step * recipe.batch_size,
                size=sizes[step - 1],
                accuracy=share_right(net, tests),
                probabilities=tuple(made["fc"].double().softmax(0).tolist()),
            )
        )
        progress(done, len(kept))
    return _recorded(moments, filters, values, seed=recipe.seed, tested=len(tests.test_targets))


def _recorded(
    moments: Sequence[DemoMoment],
    filters: Sequence[np.ndarray],
    values: Sequence[dict[str, torch.Tensor]],
    *,
    seed: int,
    tested: int,
) -> DemoMoments:
    codes, limits = encoded(np.stack(filters), axes=(1, 2, 3, 4))
    return DemoMoments(
        photo=PHOTO,
        shows=SHOWS,
        classes=CIFAR10_CLASSES,
        tested=tested,
        moments=tuple(moments),
        chosen_after=moments[-1].samples,
        steps=tuple(step_of(name, [v[name] for v in values]) for name in values[0]),
        filter_codes=codes,
        filter_limits=limits,
        provenance=Provenance(
            kind="recorded run",
            seed=seed,
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )


def outputs(net: nn.Module, photo: Tensor) -> dict[str, Tensor]:
    """Return what every step makes of a photo, without the batch axis; the input is left out.

    Args:
        net: A ResNet18 in eval mode, of any number of classes.
        photo: (1, 3, 224, 224) float32, normalized.
    """
    values = record(net, plan(ModelRef(name="resnet18")), photo)
    return {name: value for name, value in values.items() if name != "input"}


def step_of(name: str, values: list[Tensor]) -> DemoStep:
    """One step at all moments: the maps that vary most at the last one, or all of a vector.

    Args:
        name: As torchvision's feature extraction names it.
        values: (C, H, W) or (C,) float32, one a moment.
    """
    last = values[-1]
    if last.numel() == len(last):  # a vector, or maps of one value each
        plain = torch.stack([v.flatten() for v in values]).numpy()
        return DemoStep(name=name, channels=tuple(range(len(last))), values=plain, limits=None)
    channels = last.flatten(1).std(1).argsort(descending=True, stable=True)[:CHANNELS]
    pooled = -(-max(last.shape[1:]) // SIDE)
    maps = torch.stack([F.avg_pool2d(v[channels], pooled) for v in values])
    codes, limits = encoded(maps.numpy(), axes=(2, 3))
    return DemoStep(
        name=name, channels=tuple(channels.tolist()), values=codes, limits=limits, pooled=pooled
    )


def _some(data: Dataset) -> Dataset:
    """Return the same few test pictures for every moment, of all classes alike."""
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(data.test_targets), generator=generator)[:TESTED]
    return replace(data, test_inputs=data.test_inputs[order], test_targets=data.test_targets[order])
