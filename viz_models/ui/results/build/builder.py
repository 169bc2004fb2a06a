"""The door from the builder's lessons to what is computed; torch waits behind it.

Every result is looked up before it is made, by the frozen spec that asked for it.
"""

from collections.abc import Hashable

import numpy as np

from viz_models import language
from viz_models.records import (
    BuildSpec,
    Connectivity,
    ConvSpec,
    LayerTimes,
    Paths,
    Price,
    Race,
    RaceLine,
    RaceLoss,
    RaceSpec,
    Refusal,
    Repair,
)
from viz_models.records.build.builder_walk import Painted, Walk, WalkSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.results.flow import tensor_flow as results

PHOTO = "cat"


def presets() -> dict[str, BuildSpec]:
    """Networks with names that people know: title -> spec."""
    from viz_models.models.builder.presets import PRESETS, TITLES

    return {TITLES[name]: spec for name, spec in PRESETS.items()}


def repaired(spec: BuildSpec) -> tuple[BuildSpec, tuple[Repair, ...]]:
    """Return the nearest network that can be built, and what had to move."""
    from viz_models.models.builder.repair import repaired as compute

    return compute(spec)


@cached(lambda spec: (spec, language.current()))
def refusal(spec: BuildSpec) -> Refusal | None:
    """Return the limit that a network breaks, if it breaks one."""
    from viz_models.analysis.pricing.price import refusal as compute

    return compute(spec)


@cached()
def fits(spec: BuildSpec) -> bool:
    """Return whether a network breaks no limit."""
    from viz_models.analysis.pricing.price import fits as compute

    return compute(spec)


@cached()
def price(spec: BuildSpec) -> Price:
    """Return what a network costs."""
    from viz_models.analysis.pricing.price import price as compute

    return compute(spec)


def _passed(spec: BuildSpec, *_: object) -> int:
    """Bytes of a network and of a photo on its way through it."""
    from viz_models.analysis.pricing.price import price as compute

    cost = compute(spec)
    return 4 * cost.parameters + cost.inference_bytes


def _trained(spec: RaceSpec, *_: object) -> int:
    """Bytes of a network, its gradients and what a batch keeps for the way back."""
    from viz_models.analysis.pricing.price import price as compute

    cost = compute(spec.network)
    return 12 * cost.parameters + spec.batch * cost.activation_bytes


@cached(needs=_passed)
def walk(spec: BuildSpec, kept: Painted) -> Walk:
    """Return a photo through the network, block by block."""
    from viz_models.analysis.build.walk import walk as compute

    return compute(WalkSpec(network=spec, kept=kept), photo())


def photo() -> np.ndarray:
    """(224, 224, 3) uint8: what is sent through."""
    return results.sample(PHOTO)[1].cropped


@cached()
def outline(spec: BuildSpec) -> Walk:
    """Its shapes alone, for a network that is too large to be built."""
    from viz_models.analysis.build.walk import outline as compute

    return compute(WalkSpec(network=spec))


@cached()
def entries(spec: BuildSpec, loss: RaceLoss) -> tuple[dict[str, RaceSpec], str]:
    """Who runs in the race, and which of them is the reader's own."""
    from viz_models.analysis.build.race import entries as compute

    return compute(spec, loss)


@cached(needs=_trained)
def line(spec: RaceSpec, seed: int) -> RaceLine:
    """One network of the race with one seed."""
    from viz_models.analysis.build.race import line as compute

    return compute(spec, seed)


def receptive_fields(spec: ConvSpec) -> tuple[int, ...]:
    """Side of the receptive field after the stem and after each block."""
    from viz_models.analysis.build.reach import receptive_fields as compute

    return compute(spec)


def _who_ran(
    specs: dict[str, RaceSpec], yours: str, lines: dict[str, tuple[RaceLine, ...]]
) -> Hashable:
    seeds = tuple((name, tuple(line.seed for line in of)) for name, of in lines.items())
    return tuple(specs.items()), yours, seeds


@cached(_who_ran, turn=False)
def gathered(
    specs: dict[str, RaceSpec], yours: str, lines: dict[str, tuple[RaceLine, ...]]
) -> Race:
    """Lines that were measured one by one, as a race."""
    from viz_models.analysis.build.race import gathered as compute

    return compute(specs, yours, lines)


@cached(needs=_trained)
def paths(spec: RaceSpec, seed: int) -> Paths:
    """How the gradient came through every residual block."""
    from viz_models.analysis.build.paths import paths as compute

    return compute(spec, seed)


@cached()
def connectivity(spec: ConvSpec, block: int, count: int, *, shuffle: bool) -> Connectivity:
    """Which input channels an output channel sees through so many blocks."""
    from viz_models.analysis.build.connectivity import connectivity as compute

    return compute(spec, block, count, shuffle=shuffle)


@cached(needs=_passed)
def layer_times(spec: BuildSpec) -> LayerTimes:
    """How long every part takes on this machine."""
    from viz_models.analysis.build.layer_times import layer_times as compute

    return compute(spec)


def code(spec: BuildSpec) -> str:
    """Return the network as a Python file that needs nothing but PyTorch."""
    from viz_models.analysis.export import source

    return source(spec)
