"""One class for many blocks: what is the same in all of them is written, the rest are arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from torch import nn

from viz_models.analysis.export.layout import Expression, Group, Item
from viz_models.analysis.export.leaves import Argument, constructor

Values = tuple[object, ...]  # one a block


@dataclass(slots=True)
class Arguments:
    """What a class of blocks is given, and how the numbers inside follow from it."""

    known: dict[str, Values]  # argument -> its value in each block
    derived: dict[str, tuple[str, Values]] = field(default_factory=dict)  # name -> formula, values
    used: set[str] = field(default_factory=set)

    def written(self, argument: Argument, values: Values, rows: Sequence[int]) -> str:
        """Return the expression that has these values in these blocks."""
        if argument.role == "channels":
            found = self._matching(values, rows)
            if found:
                return found
        if len(set(values)) == 1:
            return repr(values[0])
        return self._matching(values, rows) or self._new(argument, values, rows)

    def _matching(self, values: Values, rows: Sequence[int]) -> str:
        for name, all_values in self.known.items():
            if tuple(all_values[i] for i in rows) == values:
                self.used.add(name)
                return name
        for name, (formula, all_values) in self.derived.items():
            if tuple(all_values[i] for i in rows) == values:
                self.used |= {name} | {known for known in self.known if known in formula}
                return name if name.isidentifier() else formula
        return ""

    def _new(self, argument: Argument, values: Values, rows: Sequence[int]) -> str:
        name = argument.role or argument.name
        while name in self.known:
            name += "_2"
        every = dict(zip(rows, values, strict=True))
        count = len(next(iter(self.known.values())))
        self.known[name] = tuple(every.get(i, values[0]) for i in range(count))
        self.used.add(name)
        return name

    def signature(self) -> str:
        """Return what the constructor takes; what is often 1 has that as its default."""
        taken = [f"{n}: int = 1" if n in OFTEN_ONE else f"{n}: int" for n in self.taken()]
        return ", ".join(["self", *taken])

    def taken(self) -> list[str]:
        """Return the arguments in their order: those with a default come last."""
        return sorted((n for n in self.known if n in self.used), key=lambda n: n in OFTEN_ONE)

    def definitions(self) -> list[str]:
        """Lines that give a name to what several layers share."""
        return [
            f"{n} = {formula}"
            for n, (formula, _) in self.derived.items()
            if n in self.used and n.isidentifier()
        ]

    def given(self, block: int) -> tuple[tuple[str, object], ...]:
        """Return the arguments of one block: name ("" where the position says it) and value."""
        return tuple(
            (n if n in OFTEN_ONE else "", self.known[n][block])
            for n in self.taken()
            if not (n in OFTEN_ONE and self.known[n][block] == 1)
        )


OFTEN_ONE = ("stride", "groups", "groups_2", "groups_2_2")


def ordered(
    modules: Sequence[Mapping[str, nn.Module]], arguments: Arguments, rows: Sequence[int]
) -> Group:
    """`OrderedDict(...)` of layers that is right for all the blocks in `rows`.

    Args:
        modules: Name -> layer of each of these blocks, the same names and classes in all.
        arguments: What the blocks' class knows; new arguments are added to it.
        rows: Which blocks these are.
    """
    items = []
    for name, first in modules[0].items():
        if isinstance(first, nn.Sequential):
            inside = ordered([dict(m[name].named_children()) for m in modules], arguments, rows)
            kind, _ = constructor(first)
            items.append(Item(Group(kind, [Item(inside)]), name))
            continue
        written = [constructor(m[name]) for m in modules]
        columns = list(zip(*(given for _, given in written), strict=True))
        items.append(Item(_layer(written[0][0], columns, arguments, rows), name))
    return Group("OrderedDict", items)


def _layer(
    kind: str,
    columns: Sequence[tuple[Argument, ...]],
    arguments: Arguments,
    rows: Sequence[int],
) -> Expression:
    items = []
    for column in columns:
        values = tuple(a.value for a in column)
        if column[0].name and set(values) == {column[0].default}:
            continue
        items.append(Item(arguments.written(column[0], values, rows), column[0].name))
    return Group(kind, items)


def sequential(module: nn.Module, comments: Mapping[str, str]) -> Group:
    """`nn.Sequential(OrderedDict(...))` with all numbers written out."""
    children = dict(module.named_children())
    if not children:
        return Group("nn.Sequential")
    named = ordered([children], Arguments({}), [0])
    items = [replace(i, comment=comments.get(i.name, "")) for i in named.items]
    return Group("nn.Sequential", [Item(replace(named, items=items))])


def repeated(kind: str, given: Sequence[tuple[tuple[str, object], ...]]) -> list[Item]:
    """Write calls of a block's class, equal ones and evenly growing ones as a loop.

    Args:
        kind: Name of the class.
        given: Arguments of each block, as from `Arguments.given`.
    """
    items, i = [], 0
    while i < len(given):
        run = _run(given[i:])
        step = _step(given[i : i + run])
        first = _call(kind, given[i], step)
        if run < 3:
            run = 1
            items.append(Item(_call(kind, given[i], 0)))
        else:
            items.append(Item(f"*({first} for {'i' if step else '_'} in range({run}))"))
        i += run
    return items


def _run(given: Sequence[tuple[tuple[str, object], ...]]) -> int:
    """How many from the first on are equal, or grow by the same step in their first argument."""
    count = min(2, len(given))
    while count < len(given) and _step(given[: count + 1]) is not None:
        count += 1
    return count if _step(given[:count]) is not None else 1


def _step(given: Sequence[tuple[tuple[str, object], ...]]) -> int | None:
    """By how much the first argument grows from block to block; None if not evenly."""
    if len({tuple(n for n, _ in g) for g in given}) > 1 or len({g[1:] for g in given}) > 1:
        return None
    firsts = [v for g in given for _, v in g[:1] if isinstance(v, int)]
    steps = {b - a for a, b in pairwise(firsts)} or {0}
    return steps.pop() if len(steps) == 1 else None


def _call(kind: str, given: Sequence[tuple[str, object]], step: int | None) -> str:
    words = [f"{n}={v!r}" if n else repr(v) for n, v in given]
    if step:
        words[0] += f" + {'' if step == 1 else f'{step} * '}i"
    return f"{kind}({', '.join(words)})"
