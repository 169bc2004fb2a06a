"""Python expressions, broken over lines as ruff's formatter breaks them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

WIDTH = 100
STEP = "    "

Expression: TypeAlias = "str | Group"


@dataclass(frozen=True, slots=True)
class Item:
    """One argument or list entry."""

    value: Expression
    name: str = ""  # of a keyword argument
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Something in brackets: a call, or a list where `name` is empty."""

    name: str
    items: Sequence[Item] = field(default_factory=tuple)
    brackets: str = "()"

    @property
    def opening(self) -> str:
        """What stands before the items."""
        return self.name + self.brackets[0]


def call(name: str, *items: Expression) -> Group:
    """Return a call with positional arguments."""
    return Group(name, [Item(i) for i in items])


def listed(items: Sequence[Item]) -> Group:
    """Return a list display."""
    return Group("", items, "[]")


def flat(value: Expression) -> str:
    """On one line, however long."""
    if isinstance(value, str):
        return value
    inside = ", ".join(_named(i.name) + flat(i.value) for i in value.items)
    return value.opening + inside + value.brackets[1]


def lines(value: Expression, *, indent: int, before: str = "", after: str = "") -> list[str]:
    """As many lines as it takes.

    Args:
        value: What to write.
        indent: Levels of indentation.
        before: Text in front, such as "self.stem = ".
        after: Text behind, such as "," and a comment.
    """
    margin = STEP * indent
    one = margin + before + flat(value) + after
    if isinstance(value, str) or (len(one) <= WIDTH and not _commented(value)):
        return [one]
    inner = STEP * (indent + 1)
    row = inner + ", ".join(_named(i.name) + flat(i.value) for i in value.items)
    body = [row]
    if len(row) > WIDTH or _commented(value):
        body = [line for item in value.items for line in _item(item, value, indent + 1)]
    return [margin + before + value.opening, *body, margin + value.brackets[1] + after]


def _item(item: Item, parent: Group, indent: int) -> list[str]:
    alone = len(parent.items) == 1 and not isinstance(item.value, str) and not item.comment
    comma = "" if alone else ","
    comment = f"  # {item.comment}" if item.comment else ""
    return lines(item.value, indent=indent, before=_named(item.name), after=comma + comment)


def _named(name: str) -> str:
    return f"{name}=" if name else ""


def _commented(value: Expression) -> bool:
    if isinstance(value, str):
        return False
    return any(i.comment or _commented(i.value) for i in value.items)
