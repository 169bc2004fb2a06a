"""One normalized value, exactly: its group, its numbers, its line."""

import math

import numpy as np
import torch

from viz_models.analysis.normalization.normalize import TOLERANCE, mean_terms
from viz_models.digits import digits, enough, operand
from viz_models.records import CellNorm, Normalized, NormSpec, NormStage, Number, Place

SHOWN = 4  # digits of a result, for which a line shows as many digits as it needs


def cell(x: np.ndarray, result: Normalized, place: Place) -> CellNorm:
    """How the value at one place came about.

    Args:
        x: (N, C, H, W), the tensor that `result` is of.
        result: From `normalize`.
        place: (n, c, y, x).

    Raises:
        ValueError: If the tensor has no such place.
    """
    if len(place) != 4 or not all(0 <= i < n for i, n in zip(place, x.shape, strict=True)):
        raise ValueError(f"no value at {place} in a tensor of shape {x.shape}")
    spec, group = result.spec, result.grouping.group_of(place)
    mean, root = float(result.subtracted[group]), float(result.divided[group])
    beta = 0.0 if spec.norm == "rms" else spec.beta
    value = float(x[place])
    members = result.grouping.members(place)
    relative = TOLERANCE[getattr(torch, x.dtype.name)]
    terms = mean_terms(spec, *(torch.tensor(a[group]) for a in (result.subtracted, result.rms)))
    return CellNorm(
        place=place,
        group=group,
        size=result.grouping.size,
        members=members,
        numbers=_numbers(result, group, value),
        formula=_formula(spec, value, mean, float(result.used[group])),
        stages=_stages(spec, value, x[members].astype(np.float64), mean, root),
        total=(value - mean) / root * spec.gamma + beta,
        torch_value=None if result.output is None else float(result.output[place]),
        tolerance=relative * ((abs(value) + terms.item()) / root * abs(spec.gamma) + abs(beta)),
    )


def _numbers(result: Normalized, group: int, value: float) -> tuple[Number, ...]:
    spec = result.spec
    kept = spec.norm == "batch" and spec.mode == "eval"
    of = f"of {result.grouping.size:,} values" if not kept else f"kept for channel {group}"
    square = float(result.used[group])
    x, eps = Number("x", value, "the value here"), Number("ε", spec.eps, "keeps the root from 0")
    gamma = Number("γ", spec.gamma, "scale: the module's weight")
    if spec.norm == "rms":
        return x, Number("x̄²", square, f"mean square {of}"), eps, gamma
    return (
        x,
        Number("μ", float(result.subtracted[group]), f"{'running ' * kept}mean {of}"),
        Number("σ²", square, f"{'running ' * kept}variance {of}"),
        eps,
        gamma,
        Number("β", spec.beta, "shift: the module's bias"),
    )


def _formula(spec: NormSpec, value: float, mean: float, square: float) -> str:
    beta = 0.0 if spec.norm == "rms" else spec.beta

    def line(value: float, mean: float, square: float) -> float:
        return (value - mean) / math.sqrt(square + spec.eps) * spec.gamma + beta

    n = enough(line, value, mean, square, result=SHOWN, least=SHOWN)
    root = f"√({digits(square, n)} + {digits(spec.eps)})"
    if spec.norm == "rms":
        return f"{digits(value, n)} ÷ {root} · {operand(spec.gamma)}"
    return (
        f"({digits(value, n)} − {operand(mean, n)}) ÷ {root}"
        f" · {operand(spec.gamma)} + {operand(spec.beta)}"
    )


def _stages(
    spec: NormSpec, value: float, group: np.ndarray, mean: float, root: float
) -> tuple[NormStage, ...]:
    beta = 0.0 if spec.norm == "rms" else spec.beta
    stages = [_stage("x", value, group)]
    if spec.norm != "rms":
        stages.append(_stage("− μ", value - mean, group - mean))
    hat, group_hat = (value - mean) / root, (group - mean) / root
    label = "÷ √(x̄² + ε)" if spec.norm == "rms" else "÷ √(σ² + ε)"
    last = "· γ" if spec.norm == "rms" else "· γ + β"
    return (
        *stages,
        _stage(label, hat, group_hat),
        _stage(last, hat * spec.gamma + beta, group_hat * spec.gamma + beta),
    )


def _stage(label: str, value: float, group: np.ndarray) -> NormStage:
    low, high = np.percentile(group, (5, 95))
    return NormStage(label, value, float(group.mean()), float(low), float(high))
