"""What a Transformer's choices must have in common, and where they move if they have not."""

import math
from dataclasses import fields, replace
from typing import get_args, get_type_hints

from viz_models.records import Repair, TransformerSpec

RANGES: dict[str, tuple[int, int]] = {
    "layers": (1, 48),
    "d_model": (1, 1024),
    "num_heads": (1, 64),
    "num_kv_heads": (1, 64),
    "vocabulary": (2, 8192),
    "length": (1, 1024),
    "size": (1, 256),
    "in_channels": (1, 16),
    "patch": (1, 256),
    "classes": (1, 1000),
}
REAL_RANGES = {"ffn_factor": (0.25, 8.0), "dropout": (0.0, 0.9)}


def repaired(spec: TransformerSpec) -> tuple[TransformerSpec, tuple[Repair, ...]]:
    """The nearest Transformer that can be built.

    Args:
        spec: Any values, also forged ones: wrong types, NaN, far out of range.

    Returns:
        The spec, itself if it was fine, and one line for each choice that had to move.
    """
    done: list[Repair] = []
    for change in (_typed, _in_range, _even, _heads, _kv_heads, _patch):
        spec = _noted(spec, change(spec), done)
    return spec, tuple(done)


def _noted(
    spec: TransformerSpec, changes: dict[str, tuple[object, str]], done: list[Repair]
) -> TransformerSpec:
    done += [Repair(n, getattr(spec, n), became, why) for n, (became, why) in changes.items()]
    return replace(spec, **{name: became for name, (became, _) in changes.items()})  # type: ignore[arg-type]


def _typed(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    """Words that are no choice and numbers that are none go back to the default."""
    hints, changes = get_type_hints(TransformerSpec), {}
    for field in fields(TransformerSpec):
        value, choices = getattr(spec, field.name), get_args(hints[field.name])
        if choices:
            fine, wanted = value in choices, " or ".join(choices)
        elif field.name in REAL_RANGES:
            real = isinstance(value, int | float) and not isinstance(value, bool)
            fine, wanted = real and math.isfinite(value), "a number"
        elif field.name in RANGES:
            fine, wanted = type(value) is int, "a whole number"
        else:
            fine, wanted = type(value) is bool, "true or false"
        if not fine:
            said = " ".join(str(value).split())[:40]
            why = f"{field.name} is {wanted}, not {said}"
            changes[field.name] = (field.default, why)
    return changes


def _in_range(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    changes: dict[str, tuple[object, str]] = {}
    for name, (low, high) in (RANGES | REAL_RANGES).items():
        value = getattr(spec, name)
        if not low <= value <= high:
            changes[name] = (min(max(value, low), high), f"{name} goes from {low} to {high}")
    return changes


def _even(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    if spec.positions in ("sinusoidal", "rotary") and spec.d_model % 2:
        even = spec.d_model + 1
        why = f"{spec.positions} positions take features in pairs, so d_model is even"
        return {"d_model": (even, why)}
    return {}


def _heads(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    step = 2 if spec.positions == "rotary" else 1
    fitting = nearest_divisor(spec.d_model // step, spec.num_heads)
    if fitting == spec.num_heads:
        return {}
    parts = "even parts" if step == 2 else "equal parts"
    why = f"{spec.num_heads} heads do not split d_model {spec.d_model} into {parts}; {fitting} do"
    return {"num_heads": (fitting, why)}


def _kv_heads(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    fitting = nearest_divisor(spec.num_heads, spec.num_kv_heads)
    if fitting == spec.num_kv_heads:
        return {}
    why = (
        f"{spec.num_kv_heads} K/V heads cannot be shared evenly by {spec.num_heads} query heads; "
        f"{fitting} can"
    )
    return {"num_kv_heads": (fitting, why)}


def _patch(spec: TransformerSpec) -> dict[str, tuple[object, str]]:
    if spec.source != "patches":
        return {}
    fitting = nearest_divisor(spec.size, spec.patch)
    if fitting == spec.patch:
        return {}
    why = f"patches of {spec.patch} do not tile {spec.size} pixels; {fitting} do"
    return {"patch": (fitting, why)}


def nearest_divisor(number: int, wanted: int) -> int:
    """The divisor of `number` closest to `wanted`; the smaller of two."""
    divisors = (d for d in range(1, number + 1) if number % d == 0)
    return min(divisors, key=lambda d: (abs(d - wanted), d))
