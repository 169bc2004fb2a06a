"""How far the statistics of a small batch are from those of all the data."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.normalization.grouping import check_shape
from viz_models.analysis.normalization.moments import group_moments
from viz_models.analysis.normalization.normalize import normalize
from viz_models.models.versions import torch_version
from viz_models.records import Alone, BatchErrors, NormSpec, Place, Provenance

SIZES = (256, 128, 64, 32, 16, 8, 4, 2, 1)
REPEATS = 64
_BAND = (5, 50, 95)


def batch_error(
    x: np.ndarray, sizes: Sequence[int] = SIZES, repeats: int = REPEATS, seed: int = 0
) -> BatchErrors:
    """Draw batches of every size and compare their mean and variance with the whole.

    The error of a batch is the root mean square over its channels. Batches are drawn without
    replacement, as in training, so the largest come out a little better than 1 / sqrt(size).

    Args:
        x: (N, C, H, W) float32, many examples.
        sizes: Of the batches, each from 1 to N.
        repeats: Batches a size.
        seed: Of the draw.

    Raises:
        ValueError: If a size cannot be had, or a channel is constant.
    """
    check_shape(x.shape)
    if not sizes or not all(1 <= size <= len(x) for size in sizes) or repeats < 1:
        raise ValueError(f"batch sizes must lie between 1 and {len(x)}, and repeats be 1 or more")
    ordered = np.array(sorted(set(sizes), reverse=True))
    per_map = [
        m.reshape(x.shape[:2]).numpy()
        for m in group_moments(torch.from_numpy(np.array(x)), NormSpec(norm="instance"))
    ]
    rng = np.random.default_rng(seed)
    picks = [[rng.permutation(len(x))[:size] for _ in range(repeats)] for size in ordered]
    bands = np.array([_errors(per_map, batches) for batches in picks])  # (S, 2, 3)
    return BatchErrors(
        sizes=ordered,
        mean_error=bands[:, 0],
        variance_error=bands[:, 1],
        layer_change=np.array([_layer_change(x, batches[0]) for batches in picks]),
        repeats=repeats,
        slope=_slope(ordered, bands[:, 0, 1]),
        alone=(alone((1, x.shape[1], 1, 1), seed), alone((1, *x.shape[1:]), seed)),
        provenance=Provenance(seed=seed, versions=torch_version()),
    )


def _errors(per_map: list[np.ndarray], batches: list[np.ndarray]) -> np.ndarray:
    """(2, 3): bands of the error of mean and variance."""
    mean, variance = _pooled(*per_map)
    if (variance == 0).any():
        raise ValueError("a channel is constant: its error has no scale; choose other data")
    errors = []
    for batch in batches:
        m, v = _pooled(*(moments[batch] for moments in per_map))
        errors.append((_rms((m - mean) / np.sqrt(variance)), _rms(v / variance - 1)))
    return np.percentile(errors, _BAND, axis=0).T


def _pooled(means: np.ndarray, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Statistics of a channel from those of its maps, (B, C) each: within plus between."""
    return means.mean(0), variances.mean(0) + means.var(0)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).mean()))


def _layer_change(x: np.ndarray, batch: np.ndarray) -> float:
    """Return what company does to the LayerNorm output of the first example of a batch."""
    norm = nn.LayerNorm(x.shape[1:]).requires_grad_(False)
    together: Tensor = norm(torch.from_numpy(x[batch]))[:1]
    return float((together - norm(torch.from_numpy(x[batch[:1]]))).abs().max())


def _slope(sizes: np.ndarray, errors: np.ndarray) -> float:
    kept = errors > 0  # a batch of all the data has no error
    if kept.sum() < 2:
        return 0.0
    return float(np.polyfit(np.log(sizes[kept]), np.log(errors[kept]), 1)[0])


def alone(shape: Place, seed: int = 0) -> Alone:
    """BatchNorm in training on a single example drawn from N(0, 1), beside InstanceNorm.

    Args:
        shape: (1, C, H, W).
        seed: Of the draw.

    Raises:
        ValueError: If the shape is not of one example.
    """
    check_shape(shape)
    if shape[0] != 1:
        raise ValueError(f"expected one example, got {shape[0]}")
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    batch = normalize(x, NormSpec(norm="batch"))
    values = shape[2] * shape[3]
    if batch.output is None:
        sentence = (
            "One value per channel: it is its own mean, the output would be 0 whatever the "
            "input, so torch refuses to train."
        )
        return Alone(shape, batch.refusal, None, sentence)
    instance = normalize(x, NormSpec(norm="instance"))
    if instance.output is None:
        raise ValueError(instance.refusal)
    difference = float(np.abs(batch.output - instance.output).max())
    sentence = (
        f"{values} values per channel are enough for torch: it trains without a word, and each "
        "map is normalized by itself, which is InstanceNorm."
    )
    return Alone(shape, "", difference, sentence)
