"""Runs and experiments as plain data, for files, links and the run store, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.builder import specs as builder_specs
from viz_models.records import (
    Arm,
    BuildSpec,
    DigitsNetSpec,
    ExperimentSpec,
    Growth,
    ModelSpec,
    RunSpec,
    Table,
    ZooSpec,
)
from viz_models.records.train.lessons import LESSONS, LessonSpec

OTHERS: dict[str, type[DigitsNetSpec] | type[ZooSpec]] = {
    "digits_net": DigitsNetSpec,
    "zoo": ZooSpec,
}
KINDS: dict[type, str] = {
    bool: N_("true or false"),
    int: N_("a whole number"),
    float: N_("a number"),
    str: N_("a text"),
}
MAX_ARMS = 64
MAX_SEEDS = 100


def to_json(spec: RunSpec | ExperimentSpec) -> dict[str, Any]:
    """Field -> value; tuples become lists, a model says its `family` first."""
    if isinstance(spec, ExperimentSpec):
        arms = [{"label": arm.label, "run": to_json(arm.run)} for arm in spec.arms]
        head = {"name": spec.name, "card": spec.card, "table": _plain(spec.table)}
        return {**head, "arms": arms, "seeds": list(spec.seeds)}
    plain = {name: _plain(getattr(spec, name)) for name in _names(RunSpec)}
    lesson = _lesson_to_json(spec.lesson) if spec.lesson else None
    return {**plain, "model": model_to_json(spec.model), "lesson": lesson}


def model_to_json(spec: ModelSpec) -> dict[str, Any]:
    """Field -> value, with the `family` first."""
    if isinstance(spec, BuildSpec):
        return builder_specs.to_json(spec)
    family = next(name for name, kind in OTHERS.items() if isinstance(spec, kind))
    return {"family": family, **_plain(spec)}


def _lesson_to_json(spec: LessonSpec) -> dict[str, Any]:
    """Field -> value, with the name of the `page` first."""
    page = next(name for name, kind in LESSONS.items() if isinstance(spec, kind))
    return {"page": page, **_plain(spec)}


def run_from_json(data: object) -> RunSpec:
    """Return the run that `to_json` wrote, or that a person did.

    Fields left out keep their default.

    Only the form is checked here; `checks.check` says whether it can be run.

    Raises:
        ValueError: If a field or a value is none that there is; the line says which.
    """
    return _made(RunSpec, data, _("a run"))


def experiment_from_json(data: object) -> ExperimentSpec:
    """Return the experiment that `to_json` wrote, or that a person did.

    Raises:
        ValueError: If a field or a value is none that there is; the line says which.
    """
    given = dict(_object(data, _("an experiment")))
    arms = given.pop("arms", None)
    spec: ExperimentSpec = _made(ExperimentSpec, given, _("an experiment"), but="arms")
    if arms is not None:
        if not isinstance(arms, list) or not 1 <= len(arms) <= MAX_ARMS:
            raise ValueError(
                _("arms of an experiment: a list of 1 to {max_arms}").format(max_arms=MAX_ARMS)
            )
        spec = replace(spec, arms=tuple(map(_arm, arms)))
    if spec.table and spec.table.cells != len(spec.arms):
        raise ValueError(
            _("a table of {cells} cells needs as many arms").format(cells=spec.table.cells)
        )
    if not 1 <= len(spec.seeds) <= MAX_SEEDS or len(set(spec.seeds)) < len(spec.seeds):
        raise ValueError(
            _("seeds of an experiment: 1 to {max_seeds} different whole numbers").format(
                max_seeds=MAX_SEEDS
            )
        )
    return spec


def from_json(data: object) -> RunSpec | ExperimentSpec:
    """Whichever it is: an experiment has arms, a run has none.

    Raises:
        ValueError: If a field or a value is none that there is; the line says which.
    """
    if isinstance(data, Mapping) and ("arms" in data or "seeds" in data):
        return experiment_from_json(data)
    return run_from_json(data)


def model_from_json(data: object) -> ModelSpec:
    """Return the network that `model_to_json` wrote.

    Raises:
        ValueError: If the family, a field or a value is none that there is.
    """
    given = dict(_object(data, _("a model")))
    family = given.get("family")
    if isinstance(family, str) and family in OTHERS:
        del given["family"]
        return _made(OTHERS[family], given, family)
    if not isinstance(family, str) or family not in builder_specs.FAMILIES:
        names = ", ".join((*builder_specs.FAMILIES, *OTHERS))
        raise ValueError(
            _("unknown family {family!r}; choose {names}").format(family=family, names=names)
        )
    return builder_specs.from_json(given)


def _lesson_from_json(data: object) -> LessonSpec | None:
    if data is None:
        return None
    given = dict(_object(data, _("a lesson")))
    page = given.pop("page", None)
    if not isinstance(page, str) or page not in LESSONS:
        raise ValueError(
            _("unknown page {page!r} of a lesson; choose {pages}").format(
                page=page, pages=", ".join(LESSONS)
            )
        )
    found: LessonSpec = _made(LESSONS[page], given, _("a lesson on {page}").format(page=page))
    return found


def _arm(data: object) -> Arm:
    given = _object(data, _("an arm"))
    unknown = set(given) - {"label", "run"}
    if unknown:
        raise ValueError(
            _("unknown field {unknown!r} of an arm; it has label, run").format(unknown=min(unknown))
        )
    label = given.get("label", "")
    if not isinstance(label, str):
        raise ValueError(_("label of an arm: {label} is no text").format(label=_short(label)))
    return Arm(label=label, run=run_from_json(given.get("run", {})))


def _made(kind: type, data: object, title: str, but: str = "") -> Any:  # noqa: ANN401
    """Return a record from its fields, each of the type that the record says."""
    given = _object(data, title)
    known = [name for name in _names(kind) if name != but]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(
            _("unknown field {unknown} of {title}; it has {known}").format(
                unknown=_short(unknown[0]), title=title, known=", ".join(known)
            )
        )
    hints = get_type_hints(kind)
    of = _("{name} of {title}")
    return kind(
        **{n: _value(v, hints[n], of.format(name=n, title=title)) for n, v in given.items()}
    )


def _value(value: object, hint: Any, title: str) -> object:  # noqa: ANN401 (a type hint)
    if hint == ModelSpec:
        return model_from_json(value)
    if hint == LessonSpec | None:
        return _lesson_from_json(value)
    for kind in (Growth, Table):
        if hint == kind | None:
            return None if value is None else _made(kind, value, kind.__name__.lower())
    if is_dataclass(hint):
        return _made(hint, value, title)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(
                _("{title}: {value} is no list").format(title=title, value=_short(value))
            )
        return tuple(_value(v, get_args(hint)[0], title) for v in value)
    if get_args(hint):  # Literal
        if value not in get_args(hint) or not isinstance(value, str):
            raise ValueError(
                _("{title}: {value}; choose {hint}").format(
                    title=title, value=_short(value), hint=", ".join(get_args(hint))
                )
            )
        return value
    fine = {
        bool: type(value) is bool,
        int: type(value) is int,
        float: type(value) in (int, float),
        str: isinstance(value, str),
    }
    if not fine[hint]:
        raise ValueError(
            _("{title}: {value} is not {words}").format(
                title=title, value=_short(value), words=_(KINDS[hint])
            )
        )
    return value


def _object(data: object, title: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise ValueError(_('{title} is one JSON object, such as {{"seed": 1}}').format(title=title))
    return data


def _plain(value: Any) -> Any:  # noqa: ANN401 (any field of a record)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def _short(value: object) -> str:
    return repr(" ".join(str(value).split())[:40])
