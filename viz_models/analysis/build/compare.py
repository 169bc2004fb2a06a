"""Two networks side by side: their choices, their prices, and a race on equal terms."""

from dataclasses import fields, replace
from typing import Any, get_args

from viz_models.analysis.build import probe
from viz_models.analysis.pricing.price import price
from viz_models.language import N_
from viz_models.models.builder.repair import repaired
from viz_models.models.builder.specs import FAMILIES
from viz_models.records import BuildSpec, RaceLoss, RaceSpec
from viz_models.records.build.compare import Choice, Comparison, Cost


def comparison(a: BuildSpec, b: BuildSpec) -> Comparison:
    """Return what two networks have in common and what not, without building either.

    Args:
        a: A network that `repaired` has nothing to say about.
        b: Another one, of any family.
    """
    one, two = price(a), price(b)
    return Comparison(
        choices=_choices(a, b),
        costs=(
            Cost(N_("parameters"), one.parameters, two.parameters),
            Cost(N_("multiply-adds"), one.macs, two.macs),
            Cost(N_("training memory"), one.activation_bytes, two.activation_bytes, bytes=True),
            Cost(N_("inference memory"), one.inference_bytes, two.inference_bytes, bytes=True),
            Cost(N_("layers"), one.layers, two.layers),
        ),
    )


def _choices(a: BuildSpec, b: BuildSpec) -> tuple[Choice, ...]:
    """Fields that both have; those of one family alone say nothing about the other."""
    theirs = {f.name for f in fields(b)}
    names = [f.name for f in fields(a) if f.name in theirs]
    family = Choice("family", _family(a), _family(b))
    return (family, *(Choice(name, _said(a, name), _said(b, name)) for name in names))


def _family(spec: BuildSpec) -> str:
    return next(name for name, kind in FAMILIES.items() if isinstance(spec, kind))


def _said(spec: BuildSpec, field: str) -> str:
    value = getattr(spec, field)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or N_("none")
    return {True: N_("yes"), False: N_("no")}[value] if isinstance(value, bool) else str(value)


def pair(a: BuildSpec, b: BuildSpec, loss: RaceLoss = "cross entropy") -> tuple[RaceSpec, RaceSpec]:
    """Both networks with the same loss and the same number of examples.

    Each sees the photos at a size that it can afford; dropout is off, or it would be a second
    seed.

    Raises:
        ValueError: If the loss is unknown.
    """
    if loss not in get_args(RaceLoss):
        raise ValueError(f"unknown loss {loss!r}; choose {' or '.join(get_args(RaceLoss))}")
    fitted = [probe.fit(spec) for spec in (a, b)]
    batch = min(n for n, _ in fitted)
    quiet: dict[str, Any] = {"dropout": 0.0}
    one, two = (repaired(replace(spec, **quiet))[0] for _, spec in fitted)
    return RaceSpec(network=one, loss=loss, batch=batch), RaceSpec(
        network=two, loss=loss, batch=batch
    )
