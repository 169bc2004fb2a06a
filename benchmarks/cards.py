"""Processor time of every question card of the Train page, beside what was recorded.

One seed of each card is trained here, on one thread, and counts for all of them. MNIST and
Fashion-MNIST are noise of the same size: the time of a step does not depend on the pixels.
"""

import struct
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measure import print_table
from viz_models.recordings import train as recordings
from viz_models.records.train.experiments import ExperimentSpec
from viz_models.training.cards.cards import CARDS
from viz_models.training.cards.record import measure
from viz_models.training.data.sets import FOLDERS

CORES, LIMIT = 2, 60  # a card may take so many seconds on so many cores
HEAD = ("card", "runs", "recorded, s", "here, s", f"on {CORES} cores, s", f"of {LIMIT} s")
PARTS = {"train": 60_000, "t10k": 10_000}


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as folder:
        noise(Path(folder))
        print_table("Question cards, processor time", HEAD, list(rows(folder)))


def rows(folder: str) -> Iterator[tuple[str, ...]]:
    """Yield one row a card, when it is measured."""
    kept = recordings.load()
    for id, card in CARDS.items():
        seeds = len(card.experiment.seeds)
        here = seeds * measure(one_seed(card.experiment, folder)).cpu_seconds
        recorded = kept[id].cpu_seconds
        shared = here / CORES
        runs = seeds * len(card.experiment.arms)
        print(f"  {id} is measured", flush=True)
        yield (
            id,
            str(runs),
            f"{recorded:.1f}",
            f"{here:.1f}",
            f"{shared:.1f}",
            f"{shared / LIMIT:.0%}",
        )


def one_seed(experiment: ExperimentSpec, folder: str) -> ExperimentSpec:
    """Return an experiment with its first seed alone; what is in files is read from a folder."""
    arms = []
    for arm in experiment.arms:
        data = arm.run.data
        if data.name in FOLDERS:
            data = replace(data, folder=folder)
        arms.append(replace(arm, run=replace(arm.run, data=data)))
    return replace(experiment, arms=tuple(arms), seeds=experiment.seeds[:1])


def noise(folder: Path) -> None:
    """Write idx files of MNIST's size: https://yann.lecun.org/exdb/mnist/ has the format."""
    drawn = np.random.default_rng(0)
    for part, count in PARTS.items():
        images = drawn.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = drawn.integers(0, 10, count, dtype=np.uint8)
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
            (folder / f"{part}-{kind}-ubyte").write_bytes(head + values.tobytes())


if __name__ == "__main__":
    main()
