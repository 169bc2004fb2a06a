"""Every way to fine-tune with every number of examples, paired by seed."""

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import sklearn
import torch

from viz_models.analysis import seed_noise
from viz_models.models.threads import one_thread
from viz_models.records import Provenance
from viz_models.records.train.freezing import (
    EXAMPLES,
    WAYS,
    FreezeCell,
    FreezeGrid,
    FreezeSpec,
    FrozenRun,
)
from viz_models.training.small import freezing

SEEDS = (0, 1, 2, 3, 4)
Progress = Callable[[int, int], None]


def measure(
    progress: Progress = lambda done, total: None,
    seeds: Sequence[int] = SEEDS,
    counts: Sequence[int] = EXAMPLES,
    spec: FreezeSpec | None = None,
) -> FreezeGrid:
    """Make all runs, one after the other in one thread.

    Args:
        progress: Told after each run.
        seeds: Each with a first network, a new head and examples of its own.
        counts: Numbers of examples.
        spec: How long and how fast everything is trained; the default is the lesson's.

    Raises:
        ValueError: If there are fewer than two seeds.
    """
    begin, first = time.process_time(), spec or FreezeSpec()
    total = len(seeds) * len(counts) * len(WAYS)
    runs: list[FrozenRun] = []
    with one_thread():
        for seed in seeds:
            base = freezing.pretrained(replace(first, seed=seed))
            for count in counts:
                for way in WAYS:
                    asked = replace(first, seed=seed, examples=count, way=way)
                    runs.append(freezing.run(asked, base))
                    progress(len(runs), total)
    return FreezeGrid(
        seeds=tuple(seeds),
        cells=tuple(cells(runs)),
        opened=tuple(r for r in runs if r.spec.seed == seeds[0]),
        base_accuracy=_by_seed(runs, seeds, "base_accuracy"),
        base_loss=_by_seed(runs, seeds, "base_loss"),
        old_tests=len(freezing.old_digits()[3]),
        new_tests=len(freezing.new_digits()[3]),
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(),
    )


def _by_seed(runs: Sequence[FrozenRun], seeds: Sequence[int], what: str) -> tuple[float, ...]:
    return tuple(next(getattr(r, what) for r in runs if r.spec.seed == seed) for seed in seeds)


def cells(runs: Sequence[FrozenRun]) -> list[FreezeCell]:
    """Put the seeds of each way and number of examples together."""
    places = list(dict.fromkeys((r.spec.way, r.spec.examples) for r in runs))
    scratch = {(r.spec.examples, r.spec.seed): r for r in runs if r.spec.way == "scratch"}
    found = []
    for way, examples in places:
        members = [r for r in runs if (r.spec.way, r.spec.examples) == (way, examples)]
        found.append(_cell(members, [scratch[examples, r.spec.seed] for r in members]))
    return found


def _cell(runs: Sequence[FrozenRun], scratch: Sequence[FrozenRun]) -> FreezeCell:
    pairs = list(zip(runs, scratch, strict=True))
    return FreezeCell(
        way=runs[0].spec.way,
        examples=runs[0].spec.examples,
        new_accuracy=tuple(r.new_accuracy for r in runs),
        new_loss=tuple(r.new_loss for r in runs),
        old_accuracy=tuple(r.old_accuracy for r in runs),
        old_loss=tuple(r.old_loss for r in runs),
        moved={
            t.name: float(np.mean([r.tensors[i].moved for r in runs]))
            for i, t in enumerate(runs[0].tensors)
        },
        new_difference=seed_noise.paired([a.new_accuracy - b.new_accuracy for a, b in pairs]),
        old_difference=seed_noise.paired([r.old_accuracy - r.base_accuracy for r in runs]),
        old_loss_difference=seed_noise.paired([r.old_loss - r.base_loss for r in runs]),
    )


def _provenance() -> Provenance:
    return Provenance(
        kind="recorded run",
        device="cpu, 1 thread",
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__}, scikit-learn {sklearn.__version__}",
    )
