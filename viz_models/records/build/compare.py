"""Two networks side by side: what was chosen differently, and what that costs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of a spec, as both networks have it."""

    field: str  # as the spec calls it; "family" for the kind of network
    a: str
    b: str

    @property
    def differs(self) -> bool:
        """Whether the two chose differently."""
        return self.a != self.b


@dataclass(frozen=True, slots=True)
class Cost:
    """One sum of both prices."""

    label: str
    a: int
    b: int
    bytes: bool = False

    @property
    def ratio(self) -> float:
        """B over A; both are at least 1 in every network that can be built."""
        return self.b / self.a


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is known of two networks before they run."""

    choices: tuple[Choice, ...]
    costs: tuple[Cost, ...]
