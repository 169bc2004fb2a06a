"""What a model of torchvision costs, on the meta device, before any weight is made."""

from functools import lru_cache

from viz_models import digits
from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.pricing import costs
from viz_models.analysis.pricing.counting import counted
from viz_models.models import registry, zoo
from viz_models.records import ModelRef, Price
from viz_models.records.flow.zoo import NAMES, SIDE, SIDES, family

HOSTED_PARAMETERS = 150_000_000
HOSTED_BYTES = 512 * 2**20  # of all values of one photo, which a trace keeps


def price(name: str) -> costs.Totals:
    """Parameters of the whole model, multiply-adds and bytes of all values for one photo.

    Raises:
        ValueError: If torchvision has no such model.
    """
    ref = ModelRef(name=name)
    totals = costs.totals(steps_of(ref))
    parameters = sum(p.numel() for p in registry.skeleton(ref).parameters())
    return costs.Totals(parameters, totals.macs, totals.bytes)


def full_price(name: str) -> Price:
    """Return what a model costs with everything that a training keeps, heads for training too.

    Raises:
        ValueError: If torchvision has no such model.
    """
    ref = ModelRef(name=name)
    return counted(registry.skeleton(ref), registry.card(ref).input_shape)


@lru_cache(maxsize=64)
def left_out(ref: ModelRef) -> str:
    """Return a sentence on the parameters that no step of a network reads; empty if there are none.

    GoogLeNet and Inception v3 have auxiliary heads that help their training alone.

    Raises:
        ValueError: If the registry does not have the network.
    """
    modules = dict(registry.skeleton(ref).named_children())
    used = {step.module.partition(".")[0] for step in steps_of(ref)}
    idle = {n: sum(p.numel() for p in m.parameters()) for n, m in modules.items() if n not in used}
    idle = {name: count for name, count in idle.items() if count}
    if not idle:
        return ""
    every = sum(p.numel() for m in modules.values() for p in m.parameters())
    names = " and ".join(f"{name} ({count:,})" for name, count in idle.items())
    return (
        f"{every - sum(idle.values()):,} of {every:,} parameters run: {names} "
        f"{'helps' if len(idle) == 1 else 'help'} the training only and "
        f"{'does' if len(idle) == 1 else 'do'} not run in eval mode."
    )


def refusal(name: str) -> str:
    """Why a shared machine does not build a model, and the nearest that it does; empty if it may.

    Raises:
        ValueError: If torchvision has no such model.
    """
    zoo.check(name)
    asked = zoo.parameters(name)
    if asked > HOSTED_PARAMETERS:
        amount, limit = f"{digits.count(asked)} parameters", digits.count(HOSTED_PARAMETERS)
    elif (held := price(name).bytes) > HOSTED_BYTES:
        amount, limit = f"{digits.memory(held)} of values a photo", digits.memory(HOSTED_BYTES)
    else:
        return ""
    return (
        f"{name} has {amount}; the limit here is {limit}. The nearest that fits: {nearest(name)}."
    )


def nearest(name: str) -> str:
    """Return the model most like this one that a shared machine builds.

    Of its family, if one fits.
    """
    asked = zoo.parameters(name)
    for group in (family(name), NAMES):
        ordered = sorted(group, key=lambda other: abs(zoo.parameters(other) - asked))
        fitting = (n for n in ordered if n != name and _light(n) and _fits(n))
        if (found := next(fitting, "")) != "":
            return found
    raise ValueError("no model of torchvision fits the limits")


def _light(name: str) -> bool:
    """Worth pricing: the largest photos take seconds, and never fit."""
    return SIDES.get(name, SIDE) < 400


def _fits(name: str) -> bool:
    return zoo.parameters(name) <= HOSTED_PARAMETERS and price(name).bytes <= HOSTED_BYTES
