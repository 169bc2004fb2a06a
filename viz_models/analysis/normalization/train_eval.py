"""Running statistics of BatchNorm, step by step, from the real module."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.normalization.grouping import check_shape
from viz_models.analysis.normalization.moments import group_moments
from viz_models.models.versions import torch_version
from viz_models.records import NormSpec, Provenance, RunningSpec, RunningTrace

MAX_STEPS = 1000


def running(x: np.ndarray, spec: RunningSpec) -> RunningTrace:
    """Show batches to a BatchNorm2d in training and watch what it keeps for eval mode.

    running = (1 - momentum) * running + momentum * batch, where the batch's variance divides by
    n - 1, while the batch itself is normalized with the one that divides by n.

    Args:
        x: (N, C, H, W) float32; batches are drawn from it, epoch by epoch, reshuffled.
        spec: How many steps, and what happens on the way.

    Raises:
        ValueError: If the steps, the batch size or the momentum cannot be had.

    References:
        Ioffe & Szegedy 2015, algorithm 2 (there: unbiased variance over all batches),
        arXiv:1502.03167.
    """
    _check(x, spec)
    module = nn.BatchNorm2d(x.shape[1], momentum=spec.momentum).requires_grad_(False)
    kept = [_kept(module)]
    batches, differences = [], []
    for step, batch in enumerate(_batches(x, spec)):
        module.train(not _frozen(spec, step))
        module(batch)
        kept.append(_kept(module))
        batches.append([m.numpy() for m in group_moments(batch, NormSpec(norm="batch"))])
        differences.append(_difference(module, batch))
    values = spec.batch_size * x.shape[2] * x.shape[3]
    mean, biased = np.array(batches).swapaxes(0, 1)  # (steps, C) each
    running_mean, running_variance = np.array(kept).swapaxes(0, 1)
    unbiased = biased * values / (values - 1)
    return RunningTrace(
        spec=spec,
        running_mean=running_mean,
        running_variance=running_variance,
        batch_mean=mean,
        biased_variance=biased,
        unbiased_variance=unbiased,
        values=values,
        difference=np.array(differences),
        frozen=np.array([_frozen(spec, step) for step in range(spec.steps)]),
        max_difference=max(
            float(np.abs(_averaged(spec, 0.0, mean) - running_mean).max()),
            float(np.abs(_averaged(spec, 1.0, unbiased) - running_variance).max()),
        ),
        provenance=Provenance(seed=spec.seed, versions=torch_version()),
    )


def _check(x: np.ndarray, spec: RunningSpec) -> None:
    check_shape(x.shape)
    if not 1 <= spec.steps <= MAX_STEPS:
        raise ValueError(f"{spec.steps} steps cannot be had; choose 1 to {MAX_STEPS}")
    if not 1 <= spec.batch_size <= len(x):
        raise ValueError(f"no batch of {spec.batch_size} in {len(x)} examples; choose fewer")
    if spec.batch_size * x.shape[2] * x.shape[3] == 1:
        raise ValueError("one value per channel has no variance; choose a larger batch")
    if spec.momentum is not None and not 0 <= spec.momentum <= 1:
        raise ValueError(f"momentum {spec.momentum:g} is out of range; choose 0 to 1")
    if not abs(spec.shift) <= 1e3:
        raise ValueError(f"a shift of {spec.shift:g} is out of range; choose -1000 to 1000")


def _batches(x: np.ndarray, spec: RunningSpec) -> Iterator[Tensor]:
    rng = np.random.default_rng(spec.seed)
    per_epoch = len(x) // spec.batch_size
    higher = (spec.shift * x.std(axis=(0, 2, 3), dtype=np.float64)).astype(np.float32)
    for step in range(spec.steps):
        place = step % per_epoch * spec.batch_size
        if place == 0:
            order = rng.permutation(len(x))
        batch = torch.from_numpy(x[order[place : place + spec.batch_size]])
        shifted = spec.shift_at is not None and step >= spec.shift_at
        yield batch + torch.from_numpy(higher)[:, None, None] if shifted else batch


def _frozen(spec: RunningSpec, step: int) -> bool:
    return spec.freeze_at is not None and step >= spec.freeze_at


def _kept(module: nn.BatchNorm2d) -> list[np.ndarray]:
    buffers = dict(module.named_buffers())
    return [buffers[n].double().numpy() for n in ("running_mean", "running_var")]


def _difference(module: nn.BatchNorm2d, batch: Tensor) -> float:
    """Rms of what eval mode would give minus what training gives, on the same batch."""
    plain = nn.BatchNorm2d(batch.shape[1], track_running_stats=False).requires_grad_(False)
    was = module.training
    difference: Tensor = module.eval()(batch) - plain(batch)
    module.train(was)
    return float(difference.double().square().mean().sqrt())


def _averaged(spec: RunningSpec, start: float, batches: np.ndarray) -> np.ndarray:
    """Return the rule, recomputed in float64: (steps + 1, C)."""
    rows = [np.full(batches.shape[1], start)]
    for step, batch in enumerate(batches):
        weight = 1 / (step + 1) if spec.momentum is None else spec.momentum
        weight = 0.0 if _frozen(spec, step) else weight
        rows.append((1 - weight) * rows[-1] + weight * batch)
    return np.array(rows)
