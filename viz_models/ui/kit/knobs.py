"""A knob of the builder: one control that sets one part of a spec, and how the URL says it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from viz_models.records import BuildSpec

Labels = dict[str, Any]  # what a chip says, and so the URL -> value in the spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One control. Its key is its URL parameter."""

    key: str
    label: str
    read: Callable[[Any], Any]  # the value that a spec has
    write: Callable[[Any, Any], Any]  # the spec with another value
    kind: Literal["slider", "chips", "toggle"] = "slider"
    numbers: Callable[[Any], Sequence[float]] = lambda _: ()  # of a slider, for this spec
    labels: Labels | None = None  # of chips
    help: str | None = None
    shown: Callable[[Any], bool] = lambda _: True

    def text(self, spec: BuildSpec) -> Any:  # noqa: ANN401 (a number, a text or a truth)
        """Return the value as its widget holds it."""
        value = self.read(spec)
        if self.labels is None:
            return value
        return next((text for text, meant in self.labels.items() if meant == value), None)

    def set(self, spec: Any, text: Any) -> Any:  # noqa: ANN401 (of any family)
        """Return the spec with what a widget holds.

        What it cannot mean leaves the spec as it is.
        """
        if self.labels is not None:
            return self.write(spec, self.labels[text]) if text in self.labels else spec
        return self.write(spec, text)

    def parsed(self, text: str) -> Any:  # noqa: ANN401
        """Return what a widget holds, from the URL; None where it means nothing."""
        if self.kind == "toggle":
            return {"true": True, "false": False}.get(text.lower())
        if self.labels is not None:
            return text if text in self.labels else None
        try:
            number = float(text)
        except ValueError:
            return None
        if not math.isfinite(number):
            return None
        return int(number) if number.is_integer() else number


def knob(key: str, label: str, field: str, **options: Any) -> Knob:  # noqa: ANN401
    """Return a knob of one field."""
    return Knob(
        key=key,
        label=label,
        read=lambda spec: getattr(spec, field),
        write=lambda spec, value: replace(spec, **{field: value}),
        **options,
    )


def numbers(*values: float) -> Callable[[Any], Sequence[float]]:
    """Return the same numbers for every spec."""
    return lambda _: values


def divisors(field: Callable[[Any], int]) -> Callable[[Any], Sequence[int]]:
    """Return what divides a number of the spec."""

    def found(spec: Any) -> Sequence[int]:  # noqa: ANN401
        number = field(spec)
        return [d for d in range(1, number + 1) if number % d == 0]

    return found
