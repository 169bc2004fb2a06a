"""What a spec costs, by formula, before anything is built; and whether that is too much."""

from bisect import bisect_left
from dataclasses import dataclass

from viz_models import digits
from viz_models.analysis.pricing import walk as price_walk
from viz_models.analysis.pricing.smaller import Smaller, narrower, shallower
from viz_models.analysis.pricing.tally import Tally
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.builder.repair import check, repaired
from viz_models.records import (
    BuildSpec,
    ConvSpec,
    Price,
    Refusal,
    RnnSpec,
    TransformerSpec,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a network on a shared machine may cost."""

    convolutions: int = 64
    parameters: int = 30_000_000
    macs: int = 5_000_000_000  # of one example's forward
    activation_bytes: int = 512 * 2**20  # kept for the backward pass of the whole batch


HOSTED = Limits()
_WORDS = {
    "convolutions": N_("convolutions"),
    "parameters": N_("parameters"),
    "macs": N_("multiply-adds"),
    "activation_bytes": N_("training memory"),
}


def price(spec: BuildSpec) -> Price:
    """Parameters, multiply-adds and memory; multiply by the batch what counts per example.

    Raises:
        ValueError: If the spec asks for what cannot go together; the line says what can.
    """
    check(spec)
    if isinstance(spec, TransformerSpec):
        from viz_models.analysis.pricing import transformer as price_transformer

        return price_transformer.price(spec)
    if isinstance(spec, RnnSpec):
        from viz_models.analysis.pricing import recurrent as price_recurrent

        return price_recurrent.price(spec)
    tally = Tally()
    if isinstance(spec, ConvSpec):
        price_walk.convnet(tally, spec)
    else:
        price_walk.mlp(tally, spec)
    return Price(
        parameters=tally.parameters,
        macs=tally.macs,
        activation_bytes=tally.kept,
        inference_bytes=tally.peak,
        layers=tally.convolutions + tally.linears,
        convolutions=tally.convolutions,
    )


def refusal(spec: BuildSpec, limits: Limits = HOSTED, *, batch: int = 1) -> Refusal | None:
    """Return the first limit that a spec breaks, with the nearest spec that breaks none; or None.

    Args:
        spec: One that `repaired` has nothing to say about.
        limits: What is allowed.
        batch: Examples that are trained at once; only memory counts them.

    Raises:
        ValueError: If the spec cannot be built at any price, or nothing fits the limits.
    """
    asked = _counted(price(spec), batch)
    broken = [name for name in _WORDS if asked[name] > getattr(limits, name)]
    if not broken:
        return None
    name = broken[0]
    nearest, change = _nearest(spec, limits, batch)
    allowed = getattr(limits, name)
    shown = digits.memory if name == "activation_bytes" else digits.count
    sentence = _(
        "{asked} {what}, {allowed} at most here ({times} times as much). With {change} it fits."
    ).format(
        asked=shown(asked[name]),
        what=_(_WORDS[name]),
        allowed=shown(allowed),
        times=digits.digits(asked[name] / allowed, 3),
        change=change,
    )
    return Refusal(_WORDS[name], allowed, asked[name], nearest, sentence)


def _counted(cost: Price, batch: int) -> dict[str, int]:
    return {
        "convolutions": cost.convolutions,
        "parameters": cost.parameters,
        "macs": cost.macs,
        "activation_bytes": cost.activation_bytes * batch,
    }


def fits(spec: BuildSpec, limits: Limits = HOSTED, batch: int = 1) -> bool:
    """Return whether a spec breaks no limit; arguments as of `refusal`, which takes longer."""
    counted = _counted(price(spec), batch)
    return all(value <= getattr(limits, name) for name, value in counted.items())


def _nearest(spec: BuildSpec, limits: Limits, batch: int) -> tuple[BuildSpec, str]:
    """Fewer layers or fewer channels, whichever keeps the larger share; else both."""
    ways = [_first(list(smaller(spec)), limits, batch) for smaller in (shallower, narrower)]
    found = [way for way in ways if way]
    if found:
        best = max(found, key=lambda way: way.share)
        return best.spec, best.change
    for shallow in list(shallower(spec))[-1:]:  # one block a stage
        both = _first(list(narrower(shallow.spec)), limits, batch)
        if both:
            return both.spec, _("{one} and {other}").format(one=shallow.change, other=both.change)
    opening = type(spec)()
    if fits(opening, limits, batch):
        return opening, _("the network that the builder opens with")
    raise ValueError(_("no network of this kind fits the limits; raise them"))


def _first(candidates: list[Smaller], limits: Limits, batch: int) -> Smaller | None:
    """Return the largest candidate that fits and needs no repair, found by halving."""
    start = bisect_left(candidates, x=True, key=lambda c: fits(repaired(c.spec)[0], limits, batch))
    for candidate in candidates[start:]:
        if not repaired(candidate.spec)[1] and fits(candidate.spec, limits, batch):
            return candidate
    return None
