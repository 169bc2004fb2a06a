"""Where a number comes from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a number comes from."""

    kind: Literal["measured now", "recorded run", "illustration"] = "measured now"
    device: str = "cpu"
    seed: int | None = None
    date: str = ""  # ISO, for recorded runs
    versions: str = ""  # "torch 2.14.1"
