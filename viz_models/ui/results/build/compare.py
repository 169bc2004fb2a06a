"""Results for the lesson that compares two networks; torch is imported when one is computed."""

import json
from dataclasses import fields
from typing import Any

from viz_models.language import gettext as _
from viz_models.records import BuildSpec, ConvSpec, RaceLoss, RaceSpec
from viz_models.records.build.compare import Comparison
from viz_models.ui.kit.cache import cached


@cached()
def comparison(a: BuildSpec, b: BuildSpec) -> Comparison:
    """Return what two networks have in common and what not."""
    from viz_models.analysis.build.compare import comparison as compute

    return compute(a, b)


@cached()
def pair(a: BuildSpec, b: BuildSpec, loss: RaceLoss) -> tuple[RaceSpec, RaceSpec]:
    """Both networks with the same loss and the same number of examples."""
    from viz_models.analysis.build.compare import pair as compute

    return compute(a, b, loss)


def written(spec: BuildSpec) -> str:
    """Return a network in a line that fits into a link: what differs from its family's defaults."""
    from viz_models.models.builder.specs import to_json

    standard = type(spec)()
    own = {f.name for f in fields(spec) if getattr(spec, f.name) != getattr(standard, f.name)}
    kept = {n: v for n, v in to_json(spec).items() if n == "family" or n in own}
    return json.dumps(kept, separators=(",", ":"))


def read(text: str) -> BuildSpec:
    """Return the network of such a line; nothing at all is the network that the builder opens with.

    Raises:
        ValueError: If it is none; the line says why.
    """
    from viz_models.models.builder.specs import from_json

    if not text.strip():
        return ConvSpec()
    try:
        data: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError(_('this is not JSON; write something like {"family": "mlp"}')) from None
    return from_json(data)


def code(spec: BuildSpec, title: str) -> str:
    """Return the network as a Python file that needs nothing but PyTorch."""
    from viz_models.analysis.export import source

    return source(spec, title)
