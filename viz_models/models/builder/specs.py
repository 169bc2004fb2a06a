"""A spec as plain data, for files and links, and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from viz_models.language import gettext as _
from viz_models.models.builder.repair import repaired
from viz_models.records import BuildSpec, ConvSpec, MlpSpec, RnnSpec, TransformerSpec

FAMILIES: dict[str, type[ConvSpec] | type[MlpSpec] | type[TransformerSpec] | type[RnnSpec]] = {
    "conv": ConvSpec,
    "mlp": MlpSpec,
    "transformer": TransformerSpec,
    "rnn": RnnSpec,
}


def to_json(spec: BuildSpec) -> dict[str, Any]:
    """Field -> value, with the `family` first; tuples become lists."""
    family = next(name for name, kind in FAMILIES.items() if isinstance(spec, kind))
    plain = {n: list(v) if isinstance(v, tuple) else v for n, v in asdict(spec).items()}
    return {"family": family, **plain}


def from_json(data: object) -> BuildSpec:
    """Return the spec that `to_json` wrote, or that a person did.

    Fields left out keep their default.

    Raises:
        ValueError: If the family, a field or a value is none that can be built; the line says
            what can.
    """
    if not isinstance(data, Mapping):
        raise ValueError(_('a spec is one JSON object, such as {"family": "conv", "depths": [20]}'))
    given = dict(data)
    family = given.pop("family", None)
    if not isinstance(family, str) or family not in FAMILIES:
        raise ValueError(
            _("unknown family {family!r}; choose {families}").format(
                family=family, families=", ".join(FAMILIES)
            )
        )
    kind = FAMILIES[family]
    known = [field.name for field in fields(kind)]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(
            _("unknown field {unknown!r} of {family}; it has {known}").format(
                unknown=unknown[0], family=family, known=", ".join(known)
            )
        )
    values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}
    spec, repairs = repaired(kind(**values))
    if repairs:
        raise ValueError(_("{field}: {why}").format(field=repairs[0].field, why=repairs[0].why))
    return spec
