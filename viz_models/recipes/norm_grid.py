"""Does normalization allow a higher learning rate? A grid of paired runs on digits."""

import datetime
import math
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np
import sklearn
import torch

from viz_models.analysis import seed_noise
from viz_models.models.threads import one_thread
from viz_models.records import (
    DigitsNetSpec,
    GridCell,
    GridRun,
    NetNorm,
    NormGrid,
    NormGridSpec,
    PairedDifference,
    Provenance,
    RunSpec,
    StepRecord,
)
from viz_models.training.loop import checks, loop

BASELINE: NetNorm = "none"
LOSS_DIGITS = 6  # significant, of a recorded loss

Progress = Callable[[int, int], None]  # runs done, runs in all


def measure(spec: NormGridSpec, progress: Progress = lambda done, total: None) -> NormGrid:
    """Make every run of the grid, one after the other in one thread.

    Args:
        spec: Which runs.
        progress: Told after each run.

    Raises:
        ValueError: If the grid is empty or a batch size does not divide the samples.
    """
    check(spec)
    begin = time.process_time()
    todo = tuple(spec.runs())
    runs = []
    with one_thread():
        for run in todo:
            runs.append(summarize(run, loop.train(run), spec.stretch))
            progress(len(runs), len(todo))
    return NormGrid(
        spec=spec,
        runs=tuple(runs),
        cells=cells(runs),
        differences=differences(runs),
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(),
    )


def summarize(spec: RunSpec, records: Iterable[StepRecord], stretch: int) -> GridRun:
    """How a run ended, and its training loss averaged over each stretch of samples."""
    losses, points = [], []
    for record in records:
        losses.append(record.loss)
        if record.state != "diverged" and len(losses) * spec.batch_size >= stretch:
            points.append(float(f"{math.fsum(losses) / len(losses):.{LOSS_DIGITS}g}"))
            losses = []
    return GridRun(
        norm=_norm(spec),
        lr=spec.optimizer.lr,
        batch_size=spec.batch_size,
        seed=spec.seed,
        state=record.state,
        steps=record.step,
        test_accuracy=record.evaluation.accuracy
        if record.state == "finished" and record.evaluation
        else None,
        losses=tuple(points),
    )


def cells(runs: Sequence[GridRun]) -> tuple[GridCell, ...]:
    """Mean and range over the seeds; runs of one cell must follow each other."""
    return tuple(_cell(list(members)) for _, members in groupby(runs, _place))


def _cell(runs: list[GridRun]) -> GridCell:
    found = [r.test_accuracy for r in runs if r.test_accuracy is not None]
    return GridCell(
        norm=runs[0].norm,
        lr=runs[0].lr,
        batch_size=runs[0].batch_size,
        finished=len(found),
        diverged=len(runs) - len(found),
        mean=math.fsum(found) / len(found) if found else None,
        low=min(found, default=None),
        high=max(found, default=None),
    )


def differences(runs: Sequence[GridRun]) -> tuple[PairedDifference, ...]:
    """Each norm against no norm at the same learning rate and batch size, paired by seed."""
    without = {(r.lr, r.batch_size, r.seed): r for r in runs if r.norm == BASELINE}
    found = []
    for (norm, lr, batch_size), members in groupby(runs, _place):
        if norm != BASELINE:
            pairs = [(r, without[lr, batch_size, r.seed]) for r in members]
            deltas = [
                a.test_accuracy - b.test_accuracy
                for a, b in pairs
                if a.test_accuracy is not None and b.test_accuracy is not None
            ]
            found.append(_difference(norm, lr, batch_size, deltas))
    return tuple(found)


def _difference(
    norm: NetNorm, lr: float, batch_size: int, deltas: Sequence[float]
) -> PairedDifference:
    mean, low, high = seed_noise.interval(deltas)
    return PairedDifference(
        norm=norm,
        lr=lr,
        batch_size=batch_size,
        n=len(deltas),
        mean=mean,
        low=low,
        high=high,
        verdict=seed_noise.verdict(len(deltas), low, high),
    )


def check(spec: NormGridSpec) -> None:
    """Raise a ValueError with one clear line unless the grid can be made."""
    if not all((spec.norms, spec.lrs, spec.batch_sizes, spec.seeds)):
        raise ValueError("the grid is empty; give at least one norm, rate, batch size and seed")
    if BASELINE not in spec.norms:
        raise ValueError(f"norms must include {BASELINE!r}: the others are compared with it")
    for size in spec.batch_sizes:
        if spec.samples % spec.stretch or spec.stretch % size:
            raise ValueError(
                f"batch size {size} must divide the stretch of {spec.stretch} samples, "
                f"and the stretch the {spec.samples} samples of a run"
            )
    for run in spec.runs():
        checks.check(run)


def _norm(spec: RunSpec) -> NetNorm:
    assert isinstance(spec.model, DigitsNetSpec)
    return spec.model.norm


def _place(run: GridRun) -> tuple[NetNorm, float, int]:
    return run.norm, run.lr, run.batch_size


def _provenance() -> Provenance:
    return Provenance(
        kind="recorded run",
        device=f"cpu ({torch.backends.cpu.get_cpu_capability()}), 1 thread",
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__}, scikit-learn {sklearn.__version__}, "
        f"numpy {np.__version__}",
    )
