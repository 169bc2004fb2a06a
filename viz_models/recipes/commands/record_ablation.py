"""`record ablation`: parts of trained networks off one by one, over test pictures."""

import datetime
import time
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from viz_models.recipes.commands import train_demo
from viz_models.records import ModelRef, Provenance
from viz_models.records.flow.ablation import AblationRecord

if TYPE_CHECKING:
    from viz_models.analysis.flow.ablation import Batch
    from viz_models.training.data.dataset import Dataset

IMAGES = 1000  # a share of these is known to three points of a hundred, 95 of 100 times
BATCH = 25
SEED = 0  # of which pictures


def available() -> bool:
    """Whether the demo's weights are there."""
    from viz_models.models import weights

    return train_demo.NAME in weights.cards()


def measure(folder: str | None, progress: Callable[[int, int], None]) -> AblationRecord:
    """Every part of the demo off alone, and of a network without skips, which is trained here.

    Args:
        folder: CIFAR-10 as `train-demo` takes it.
        progress: Told how many steps of the training and then batches are done, and of how many.

    Raises:
        ValueError: If there are no weights yet, or no pictures.
    """
    from viz_models.analysis.flow.ablation import over_images
    from viz_models.models.versions import torch_version
    from viz_models.training.data import sets as data

    if not available():
        raise ValueError(
            f"pretrained/ has no {train_demo.NAME}, so nothing can be switched off in it; "
            "train it: python -m viz_models train-demo"
        )
    pictures = data.load(train_demo.asked(folder))
    images = min(IMAGES, len(pictures.test_targets))
    total = ceil(images / BATCH)
    begin = time.perf_counter()
    with TemporaryDirectory() as scratch:
        networks = tuple(
            over_images(
                ref, title, batches(pictures, ref.side), lambda done, _: progress(done, total)
            )
            for ref, title in compared(pictures, Path(scratch), progress)
        )
    return AblationRecord(
        images=images,
        networks=networks,
        seconds=round(time.perf_counter() - begin, 1),
        provenance=Provenance(
            kind="recorded run",
            seed=SEED,
            versions=torch_version(),
            date=datetime.date.today().isoformat(),
        ),
    )


def compared(
    pictures: "Dataset", scratch: Path, progress: Callable[[int, int], None]
) -> Iterator[tuple[ModelRef, str]]:
    """Yield the networks and what to call them: with skips, the demo; without, one trained now."""
    from safetensors.torch import save_file

    from viz_models.models import registry
    from viz_models.recipes import plain

    demo = ModelRef(weights="demo")
    yield demo, registry.card(demo).title
    path = scratch / "plain.safetensors"
    save_file(plain.trained(pictures, progress), path)
    yield ModelRef(build=plain.SPEC, trained=str(path)), plain.TITLE


def batches(pictures: "Dataset", size: int) -> Iterator["Batch"]:
    """Yield the same pictures for every network, `size` pixels high and wide; all classes alike."""
    from viz_models.recipes.views import enlarged

    order = np.random.default_rng(SEED).permutation(len(pictures.test_targets))[:IMAGES]
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield enlarged(pictures.test_inputs[chosen], size), pictures.test_targets[chosen]
