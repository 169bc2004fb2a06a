"""Little pictures that stand on top of a matrix: shares as bars, a curve with points on it."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["plain", "checked", "warning", "chosen", "muted"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a label, parts of a whole of 1 from left to right, and what they come to."""

    label: str
    parts: tuple[tuple[float, Role], ...]
    said: str
    role: Role = "plain"  # of what is said


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other under a title."""

    title: str
    bars: tuple[Bar, ...]
    kind: Literal["bars"] = "bars"


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a curve: a dot, or a ring where it only would be."""

    x: float
    y: float
    label: str = ""
    role: Role = "plain"
    ring: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve with points on it; `gone` says what becomes of its rings."""

    title: str
    line: tuple[tuple[float, float], ...]  # x, y from left to right
    marks: tuple[Mark, ...] = ()
    gone: str = ""  # "e^−∞ = 0", at the left end, with an arc from the rings to it
    kind: Literal["curve"] = "curve"
