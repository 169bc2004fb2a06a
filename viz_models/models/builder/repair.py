"""Choices that cannot go together move to the nearest that can, and say so."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from viz_models.language import gettext as _
from viz_models.models.builder import repair_conv, repair_mlp, repair_recurrent, repair_transformer
from viz_models.models.builder.repair_conv import Changes
from viz_models.records import BuildSpec, ConvSpec, MlpSpec, Repair, RnnSpec, TransformerSpec

S = TypeVar("S", ConvSpec, MlpSpec, TransformerSpec, RnnSpec)
Spec = TypeVar("Spec", bound=BuildSpec)
PASSES = 8  # a change may ask for another one; far more than was ever needed


def repaired(spec: Spec) -> tuple[Spec, tuple[Repair, ...]]:
    """Return the nearest spec that can be built.

    Args:
        spec: Any values, also forged ones: wrong types, NaN, far out of range.

    Returns:
        The spec, equal to what was asked if it was fine, and one line for each choice that moved.
    """
    found: tuple[BuildSpec, tuple[Repair, ...]]
    if isinstance(spec, ConvSpec):
        found = _settled(spec, repair_conv.RANGES, repair_conv.RULES)
    elif isinstance(spec, MlpSpec):
        found = _settled(spec, repair_mlp.RANGES, repair_mlp.RULES)
    elif isinstance(spec, RnnSpec):
        found = _settled(spec, repair_recurrent.RANGES, repair_recurrent.RULES)
    else:
        found = _settled(spec, repair_transformer.RANGES, repair_transformer.RULES)
    return cast("tuple[Spec, tuple[Repair, ...]]", found)


@lru_cache(maxsize=4096)
def check(spec: BuildSpec) -> None:
    """Raise a ValueError unless `repaired` has nothing to say about a spec.

    Price, builder and race ask it of whatever they are given; a spec that passed once is not
    looked at again.

    Raises:
        ValueError: With one line that says what can go together.
    """
    _rest, repairs = repaired(spec)
    if repairs:
        raise ValueError(_("{field}: {why}").format(field=repairs[0].field, why=repairs[0].why))


def _settled(
    spec: S,
    ranges: dict[str, tuple[float, float]],
    rules: tuple[Callable[[S], Changes], ...],
) -> tuple[S, tuple[Repair, ...]]:
    """Apply the rules until none has anything to say."""
    done: list[Repair] = []
    for _pass in range(PASSES):
        before = spec
        for changes_of in (_typed, lambda s: _in_range(s, ranges), *rules):
            changes = changes_of(spec)
            done += [Repair(n, getattr(spec, n), new, why) for n, (new, why) in changes.items()]
            spec = replace(spec, **{n: new for n, (new, _why) in changes.items()})
        if spec == before:
            break
    return spec, tuple(done)


def _typed(spec: BuildSpec) -> Changes:
    """Words that are no choice and numbers that are none go back to the default."""
    hints, changes = get_type_hints(type(spec)), Changes()
    for field in fields(spec):
        value, hint = getattr(spec, field.name), hints[field.name]
        wanted = _wanted(value, hint)
        if wanted:
            why = _("{name} is {wanted}, not {value}").format(
                name=field.name, wanted=wanted, value=_short(value)
            )
            changes[field.name] = (field.default, why)
    return changes


def _wanted(value: object, hint: Any) -> str:  # noqa: ANN401 (a type hint)
    """Return what the value should have been; "" if it is."""
    whole = type(value) is int
    if hint is bool:
        return "" if type(value) is bool else _("true or false")
    if hint is int:
        return "" if whole else _("a whole number")
    if hint is float:
        real = whole or (isinstance(value, float) and isfinite(value))
        return "" if real else _("a number")
    if get_origin(hint) is tuple:
        whole = isinstance(value, tuple) and all(type(v) is int for v in value)
        return "" if whole else _("a list of whole numbers")
    choices = get_args(hint)
    return "" if isinstance(value, str) and value in choices else _(" or ").join(choices)


def _in_range(spec: BuildSpec, ranges: dict[str, tuple[float, float]]) -> Changes:
    changes = Changes()
    for name, (low, high) in ranges.items():
        value = getattr(spec, name)
        several = isinstance(value, tuple)
        kept = tuple(min(max(v, low), high) for v in (value if several else (value,)))
        if kept != (value if several else (value,)):
            changes[name] = (
                kept if several else kept[0],
                _("{name}: from {low:g} to {high:g}").format(name=name, low=low, high=high),
            )
    return changes


def _short(value: object) -> str:
    try:
        text = " ".join(str(value).split())  # one line, whatever came in the URL
    except ValueError:  # Python writes no number of more than 4300 digits
        return _("a number that long")
    long = isinstance(value, int) and abs(value) > 10**12
    return _("a number that long") if long else text[:40]
