"""Every training of the lesson on Inception, over all seeds, paired by seed."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace

import sklearn
import torch

from viz_models.analysis.pricing.counting import multiply_adds
from viz_models.models import machine
from viz_models.models.vision.inception import SmallGoogLeNet
from viz_models.records.provenance import Provenance
from viz_models.records.vision.inception import (
    FASTER,
    WEIGHTS,
    InceptionRecord,
    InceptionRun,
    InceptionTraining,
)
from viz_models.training.vision import inception

SEEDS = (0, 1, 2, 3, 4)
Progress = Callable[[int, int], None]


def specs(base: InceptionTraining | None = None) -> tuple[InceptionTraining, ...]:
    """Return what is trained with every seed.

    Without and with auxiliary losses of each weight; with and without BatchNorm at both learning
    rates; and one 3x3 branch in place of four.
    """
    first = base or InceptionTraining()
    fast = FASTER * first.lr
    return (
        first,
        *(replace(first, auxiliary=weight) for weight in WEIGHTS),
        replace(first, lr=fast),
        replace(first, norm=True),
        replace(first, norm=True, lr=fast),
        replace(first, norm=True, single=True),
    )


def measure(
    progress: Progress = lambda done, total: None,
    seeds: Sequence[int] = SEEDS,
    base: InceptionTraining | None = None,
    run: Callable[[InceptionTraining], InceptionRun] = inception.run,
) -> InceptionRecord:
    """Make all trainings, one after the other in one thread.

    Args:
        progress: Told after each training.
        seeds: Each with weights and an order of the examples of its own.
        base: How long everything is trained; the default is the lesson's.
        run: What trains one network.
    """
    asked = [replace(spec, seed=seed) for spec in specs(base) for seed in seeds]
    runs = []
    for i, spec in enumerate(asked, start=1):
        runs.append(run(spec))
        progress(i, len(asked))
    side = (base or InceptionTraining()).side
    train, _, tests, _ = inception.enlarged(side)
    return InceptionRecord(
        runs=tuple(runs),
        seeds=tuple(seeds),
        tests=len(tests),
        train=len(train),
        parameters=sum(p.numel() for p in SmallGoogLeNet(norm=True).parameters()),
        macs=_macs(side, single=False),
        single_macs=_macs(side, single=True),
        machine=machine.processor(),
        provenance=Provenance(
            kind="recorded run",
            device="cpu, 1 thread",
            date=datetime.date.today().isoformat(),
            versions=f"torch {torch.__version__.partition('+')[0]}, scikit-learn "
            f"{sklearn.__version__}",
        ),
    )


def _macs(side: int, *, single: bool) -> int:
    with torch.device("meta"):
        net = SmallGoogLeNet(norm=True, single=single).eval()
    return multiply_adds(net, (1, 1, side, side))
