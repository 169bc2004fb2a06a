"""Every twin and every switch of AlexNet's twin, over all seeds, paired by seed."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace

import sklearn
import torch

from viz_models.analysis import seed_noise
from viz_models.analysis.pricing.counting import counted
from viz_models.models import machine
from viz_models.models.vision.architectures_twins import twin
from viz_models.records import Provenance
from viz_models.records.vision.architectures import (
    COMPARED,
    FAMILY,
    SWITCHES,
    TwinCell,
    TwinRecord,
    TwinRun,
    TwinSpec,
)
from viz_models.training.vision import architectures

SEEDS = (0, 1, 2, 3, 4)
Progress = Callable[[int, int], None]


def specs(base: TwinSpec | None = None) -> dict[str, TwinSpec]:
    """Return what is trained: name of a network or of a switch -> its spec, without the seed."""
    first = base or TwinSpec()
    found = {a.name: replace(first, network=a.name) for a in FAMILY}
    for name, switched in SWITCHES.items():
        found[name] = replace(
            first,
            activation=switched.activation,
            lrn=switched.lrn,
            dropout=switched.dropout,
        )
    return found


def measure(
    progress: Progress = lambda done, total: None,
    seeds: Sequence[int] = SEEDS,
    base: TwinSpec | None = None,
    run: Callable[[TwinSpec], TwinRun] = architectures.run,
) -> TwinRecord:
    """Make all trainings, one after the other in one thread.

    Args:
        progress: Told after each training.
        seeds: Each with weights, an order of the examples and dropout of its own.
        base: How long and how fast everything is trained; the default is the lesson's.
        run: What trains one twin.

    Raises:
        ValueError: If there are fewer than two seeds.
    """
    asked, runs = specs(base), dict[str, list[TwinRun]]()
    for i, (name, spec) in enumerate(asked.items()):
        runs[name] = []
        for j, seed in enumerate(seeds, start=1):
            runs[name].append(run(replace(spec, seed=seed)))
            progress(i * len(seeds) + j, len(asked) * len(seeds))
    train, _, tests, _ = architectures.enlarged()
    return TwinRecord(
        twins=tuple(_cell(a.name, runs[a.name], runs[COMPARED]) for a in FAMILY),
        switches=tuple(_cell(name, runs[name], runs["alexnet"]) for name in SWITCHES),
        spec=base or TwinSpec(),
        train=len(train),
        tests=len(tests),
        seeds=tuple(seeds),
        cpu_seconds=round(sum(r.cpu_seconds for made in runs.values() for r in made), 1),
        machine=machine.processor(),
        provenance=_provenance(),
    )


def _cell(name: str, runs: Sequence[TwinRun], others: Sequence[TwinRun]) -> TwinCell:
    net = twin(runs[0].spec).to("meta")
    price = counted(net, (1, architectures.SIDE, architectures.SIDE))
    pairs = zip(runs, others, strict=True)
    return TwinCell(
        name=name,
        parameters=price.parameters,
        macs=price.macs,
        layers=price.layers,
        accuracies=tuple(r.accuracy for r in runs),
        curves=tuple(r.accuracies for r in runs),
        cpu_seconds=tuple(r.cpu_seconds for r in runs),
        difference=None
        if runs is others
        else seed_noise.paired([a.accuracy - b.accuracy for a, b in pairs]),
    )


def _provenance() -> Provenance:
    return Provenance(
        kind="recorded run",
        device="cpu, 1 thread",
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__.partition('+')[0]}, scikit-learn {sklearn.__version__}",
    )
