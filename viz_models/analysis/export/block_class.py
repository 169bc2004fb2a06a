"""The class of a network's blocks, written for those blocks alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from viz_models.analysis.export.blocks import Arguments, ordered
from viz_models.analysis.export.layout import STEP, Group, Item, lines

Signature = tuple[tuple[str, type[nn.Module]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the family says about its blocks; the rest is read off the blocks themselves."""

    arguments: Arguments  # of all blocks
    docstring: str  # of the class, without quotes
    shapes: str  # of the forward, such as "(N, C, H, W) to the same"
    forward: str  # what is returned, {h} for the stream and {f} for the branch
    again: str = ""  # the call that computes the branch once more in the backward pass


@dataclass(frozen=True, slots=True)
class BlockClass:
    """One class and the blocks that are made from it."""

    name: str
    rows: tuple[int, ...]  # of all blocks of the network
    arguments: Arguments  # of these blocks
    text: list[str]


def block_classes(blocks: Sequence[nn.Module], known: Known) -> list[BlockClass]:
    """As few classes as there are different branches: mostly one."""
    rows: dict[Signature, list[int]] = {}
    for i, block in enumerate(blocks):
        rows.setdefault(_signature(block), []).append(i)
    return [
        _class(f"Block{k}" if len(rows) > 1 else "Block", tuple(r), blocks, known)
        for k, r in enumerate(rows.values(), start=1)
    ]


def _signature(block: nn.Module) -> Signature:
    return tuple((name, type(m)) for name, m in _parts(block, "branch").items())


def _parts(block: nn.Module, name: str) -> dict[str, nn.Module]:
    part = getattr(block, name, None)
    return dict(part.named_children()) if isinstance(part, nn.Module) else {}


def _class(
    name: str, rows: tuple[int, ...], blocks: Sequence[nn.Module], known: Known
) -> BlockClass:
    def of(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(values[r] for r in rows)

    arguments = Arguments(
        {n: of(v) for n, v in known.arguments.known.items()},
        {n: (f, of(v)) for n, (f, v) in known.arguments.derived.items()},
    )
    chosen = [blocks[r] for r in rows]
    every = range(len(rows))
    branch = ordered([_parts(b, "branch") for b in chosen], arguments, every)
    body = lines(_sequential(branch), indent=2, before="self.branch = ")
    stream, wrapped = "h", "{}"
    joined = [i for i in every if _parts(chosen[i], "shortcut")]
    if joined:
        body += _shortcut([_parts(chosen[i], "shortcut") for i in joined], arguments, joined)
        stream = "self.shortcut(h)"
    after = _parts(chosen[0], "last")
    if after:
        act = ordered([after], Arguments({}), [0]).items[0].value
        body += lines(act, indent=2, before="self.last = ")
        wrapped = "self.last({})"
    computed = "f" if known.again else "self.branch(h)"
    forward = wrapped.format(known.forward.format(h=stream, f=computed))
    return BlockClass(name, rows, arguments, _text(name, arguments, body, forward, known))


def _shortcut(
    parts: Sequence[dict[str, nn.Module]], arguments: Arguments, rows: Sequence[int]
) -> list[str]:
    """Return the layers that make the stream fit its branch, where there are such."""
    if len(rows) == len(next(iter(arguments.known.values()))):
        made = _sequential(ordered(parts, arguments, rows))
        return lines(made, indent=2, before="self.shortcut = ")
    changes = _changes(arguments, rows)
    made = _sequential(ordered(parts, arguments, rows))
    return [
        f"{STEP * 2}self.shortcut = nn.Sequential()  # the identity",
        f"{STEP * 2}if {changes}:",
        *lines(made, indent=3, before="self.shortcut = "),
    ]


def _changes(arguments: Arguments, rows: Sequence[int]) -> str:
    """Return the condition that holds in these blocks and in no other."""
    known = arguments.known
    terms = []
    if "stride" in known and any(s != 1 for s in known["stride"]):
        terms.append("stride != 1")
        arguments.used.add("stride")
    if "inputs" in known:
        terms.append("inputs != outputs")
        arguments.used |= {"inputs", "outputs"}
    return " or ".join(terms)


def _sequential(named: Group) -> Group:
    return Group("nn.Sequential", [Item(named)])


def _text(
    name: str, arguments: Arguments, body: Sequence[str], forward: str, known: Known
) -> list[str]:
    return [
        f"class {name}(nn.Module):",
        f'{STEP}"""{known.docstring}"""',
        "",
        f"{STEP}def __init__({arguments.signature()}) -> None:",
        f"{STEP * 2}super().__init__()",
        *(STEP * 2 + line for line in arguments.definitions()),
        *body,
        "",
        f"{STEP}def forward(self, h: Tensor) -> Tensor:",
        f'{STEP * 2}"""{known.shapes}."""',
        *([f"{STEP * 2}f = {known.again}"] if known.again else []),
        f"{STEP * 2}return {forward}",
    ]
