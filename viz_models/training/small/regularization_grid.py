"""Every way to regularize at every strength, paired by seed, and ensembles of plain networks."""

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import sklearn
import torch
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis import seed_noise
from viz_models.models.threads import one_thread
from viz_models.records import Provenance
from viz_models.records.train.regularization import (
    STRENGTHS,
    EnsembleGrid,
    Method,
    RegularizedCell,
    RegularizedGrid,
    RegularizedRun,
    RegularizeSpec,
)
from viz_models.training.small import regularization as small

SEEDS = (0, 1, 2, 3, 4, 5, 6, 7)
MEMBERS = 8  # networks of an ensemble
DRAWS = 5  # ensembles, each with digits of its own
STRIDE = 100  # between the seeds of two ensembles, so that no network is in two of them
Progress = Callable[[int, int], None]


def measure(
    progress: Progress = lambda done, total: None,
    seeds: Sequence[int] = SEEDS,
    strengths: dict[Method, tuple[float, ...]] = STRENGTHS,
    members: int = MEMBERS,
) -> RegularizedGrid:
    """Make all runs, one after the other in one thread.

    Args:
        progress: Told after each method and strength, and after each ensemble.
        seeds: Of the runs; the first five also draw the digits of an ensemble.
        strengths: Of each method.
        members: Networks of each ensemble.

    Raises:
        ValueError: If there are fewer than two seeds.
    """
    begin = time.process_time()
    asked: list[tuple[Method, float]] = [("none", 0.0)]
    asked += [(method, s) for method, values in strengths.items() for s in values]
    total = len(asked) + len(seeds[:DRAWS])
    cells: list[RegularizedCell] = []
    with one_thread():
        for method, strength in asked:
            spec = RegularizeSpec(method=method, strength=strength)
            runs = small.trained([replace(spec, seed=seed) for seed in seeds])
            progress(len(cells) + 1, total)
            cells.append(cell(runs, cells[0] if cells else None))
        ensemble = _ensembles(
            seeds[:DRAWS], members, lambda done: progress(len(asked) + done, total)
        )
    return RegularizedGrid(
        seeds=tuple(seeds),
        edges=small.EDGES,
        cells=tuple(cells),
        ensemble=ensemble,
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(),
    )


def cell(runs: Sequence[RegularizedRun], plain: RegularizedCell | None) -> RegularizedCell:
    """Put the seeds of one method and strength together, and compare with no regularization.

    Args:
        runs: One a seed.
        plain: The cell without regularization; None for that cell itself.
    """
    spec = runs[0].spec
    accuracy, loss = [r.test_accuracy for r in runs], [r.test_loss for r in runs]
    looks = spec.epochs // spec.look
    base = (plain.test_accuracy, plain.test_loss) if plain else (accuracy, loss)
    return RegularizedCell(
        method=spec.method,
        strength=spec.strength,
        train_losses=_over_seeds([r.train_losses for r in runs], looks),
        test_losses=_over_seeds([r.test_losses for r in runs], looks),
        train_accuracies=_over_seeds([r.train_accuracies for r in runs], looks),
        test_accuracies=_over_seeds([r.test_accuracies for r in runs], looks),
        counts=np.sum([r.counts for r in runs], axis=0),
        kept=tuple(r.kept for r in runs),
        train_loss=tuple(r.train_loss for r in runs),
        test_loss=tuple(loss),
        train_accuracy=tuple(r.train_accuracy for r in runs),
        test_accuracy=tuple(accuracy),
        zeros=tuple(r.zeros for r in runs),
        pruned_accuracy=tuple(r.pruned_accuracy for r in runs),
        recalls=np.stack([r.recalls for r in runs]).astype(np.float32),
        accuracy_difference=seed_noise.paired(np.subtract(accuracy, base[0]).tolist()),
        loss_difference=seed_noise.paired(np.subtract(loss, base[1]).tolist()),
    )


def _over_seeds(curves: Sequence[np.ndarray], looks: int) -> np.ndarray:
    """Lowest, mean and highest seed of those that still train: (looks, 3) float32."""
    found = np.full((looks, 3), np.nan, np.float32)
    for i in range(looks):
        values = [c[i] for c in curves if i < len(c)]
        if values:
            found[i] = min(values), np.mean(values), max(values)
    return found


def _ensembles(seeds: Sequence[int], members: int, tick: Callable[[int], None]) -> EnsembleGrid:
    """For each seed, networks that train on the same digits from other weights."""
    shape = (len(seeds), members)
    accuracies, losses, alone, alone_losses = (np.zeros(shape) for _ in range(4))
    for row, seed in enumerate(seeds):
        first = RegularizeSpec(seed=seed * STRIDE)
        runs = small.trained([replace(first, member=m) for m in range(members)])
        right = small.digits()[1][small.drawn(first)[1]]
        total = torch.zeros(())
        for member, run in enumerate(runs):
            total = total + torch.from_numpy(run.probabilities)
            mean = total / (member + 1)
            accuracies[row, member] = (mean.argmax(1) == right).double().mean().item()
            losses[row, member] = F.nll_loss(mean.log(), right).item()
            alone[row, member], alone_losses[row, member] = run.test_accuracy, run.test_loss
        tick(row + 1)
    gains = [seed_noise.paired((accuracies[:, k] - alone.mean(1)).tolist()) for k in range(members)]
    return EnsembleGrid(
        accuracies=accuracies,
        losses=losses,
        single_accuracies=alone,
        single_losses=alone_losses,
        gains=tuple(gains),
    )


def _provenance() -> Provenance:
    return Provenance(
        kind="recorded run",
        device="cpu, 1 thread",
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__}, scikit-learn {sklearn.__version__}",
    )
