"""What a card on a page shows."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a ledger: what it is on the left, its number on the right."""

    label: str
    value: str = ""
    note: str = ""  # small, muted
    role: Literal["plain", "number", "chosen", "checked", "warning", "muted"] = "plain"
    term: str = ""  # glossary entry that explains the label on hover
    rule: bool = False  # a thin line above, as over a sum
