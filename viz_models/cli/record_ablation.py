"""`record ablation`: parts of the shipped networks off one by one, over test pictures."""

import datetime
import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from viz_models.cli import train_demo
from viz_models.records import ModelRef, Provenance
from viz_models.records.ablation import AblationRecord

if TYPE_CHECKING:
    from viz_models.analysis.ablation import Batch
    from viz_models.training.data import Dataset

IMAGES = 1000  # a share of these is known to three points of a hundred, 95 of 100 times
BATCH = 25
SEED = 0  # of which pictures
NETWORKS = ("resnet18", "vgg11")


def available() -> tuple[ModelRef, ...]:
    """The shipped networks that recognize what is on the test pictures."""
    from viz_models.models import weights

    known = weights.cards()
    return tuple(
        ModelRef(name=name, weights="demo") for name in NETWORKS if f"{name}_demo" in known
    )


def measure(folder: str | None, progress: Callable[[int, int], None]) -> AblationRecord:
    """Every part of every shipped network off alone.

    Args:
        folder: CIFAR-10 as `train-demo` takes it.
        progress: Told how many batches are done.

    Raises:
        ValueError: If there are no weights yet, or no pictures.
    """
    from viz_models.analysis.ablation import over_images
    from viz_models.models import registry
    from viz_models.training import data

    if not (refs := available()):
        raise ValueError(
            f"pretrained/ has no {train_demo.NAME}, so nothing can be switched off in it; "
            "train it: python -m viz_models train-demo"
        )
    pictures = data.load(train_demo.asked(folder))
    images = min(IMAGES, len(pictures.test_targets))
    total = ceil(images / BATCH)
    begin = time.perf_counter()
    networks = tuple(
        over_images(
            ref,
            registry.card(ref).title,
            batches(pictures),
            lambda done, _: progress(done, total),
        )
        for ref in refs
    )
    return AblationRecord(
        images=images,
        networks=networks,
        seconds=round(time.perf_counter() - begin, 1),
        provenance=Provenance(
            kind="recorded run", seed=SEED, date=datetime.date.today().isoformat()
        ),
    )


def batches(pictures: "Dataset") -> Iterator["Batch"]:
    """The same pictures for every network, of all classes alike."""
    from viz_models.training.views import enlarged

    order = np.random.default_rng(SEED).permutation(len(pictures.test_targets))[:IMAGES]
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield enlarged(pictures.test_inputs[chosen]), pictures.test_targets[chosen]
