"""Rules of a Transformer's choices."""

from viz_models.language import gettext as _
from viz_models.models.builder.repair_conv import Changes, nearest
from viz_models.records import TransformerSpec

RANGES: dict[str, tuple[float, float]] = {
    "layers": (1, 48),
    "d_model": (1, 1024),
    "num_heads": (1, 64),
    "num_kv_heads": (1, 64),
    "ffn_factor": (0.25, 8.0),
    "dropout": (0.0, 0.9),
    "vocabulary": (2, 8192),
    "length": (1, 1024),
    "size": (1, 256),
    "in_channels": (1, 16),
    "patch": (1, 256),
    "classes": (1, 1000),
}


def _even(spec: TransformerSpec) -> Changes:
    if spec.positions in ("sinusoidal", "rotary") and spec.d_model % 2:
        why = _("{positions} positions take features in pairs, so d_model is even").format(
            positions=spec.positions
        )
        return Changes(d_model=(spec.d_model + 1, why))
    return Changes()


def _heads(spec: TransformerSpec) -> Changes:
    pairs = spec.positions == "rotary"
    fitting = _divisor(spec.d_model // 2 if pairs else spec.d_model, spec.num_heads)
    if fitting == spec.num_heads:
        return Changes()
    parts = _("even parts") if pairs else _("equal parts")
    why = _("{num_heads} heads do not split d_model {d_model} into {parts}; {fitting} can").format(
        num_heads=spec.num_heads, d_model=spec.d_model, parts=parts, fitting=fitting
    )
    return Changes(num_heads=(fitting, why))


def _kv_heads(spec: TransformerSpec) -> Changes:
    fitting = _divisor(spec.num_heads, spec.num_kv_heads)
    if fitting == spec.num_kv_heads:
        return Changes()
    why = _(
        "{num_kv_heads} K/V heads cannot be shared evenly by {num_heads} query heads; {fitting} can"
    ).format(num_kv_heads=spec.num_kv_heads, num_heads=spec.num_heads, fitting=fitting)
    return Changes(num_kv_heads=(fitting, why))


def _patch(spec: TransformerSpec) -> Changes:
    fitting = _divisor(spec.size, spec.patch)
    if spec.source == "tokens" or fitting == spec.patch:
        return Changes()
    why = _("patches of {patch} do not tile {size} pixels; {fitting} can").format(
        patch=spec.patch, size=spec.size, fitting=fitting
    )
    return Changes(patch=(fitting, why))


def _divisor(number: int, wanted: int) -> int:
    return nearest((d for d in range(1, number + 1) if number % d == 0), wanted)


RULES = (_even, _heads, _kv_heads, _patch)
