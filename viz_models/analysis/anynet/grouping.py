"""What the steps of a network fold into in a diagram: blocks, and stretches between them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from torch import nn

Named = tuple[str, str, str]  # name of a step, the module that gives it ("" for none), its function

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
_ROOT_GROUPS: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Conv2d, "stem"),
    (nn.MaxPool2d, "pool"),
    (nn.AvgPool2d, "pool"),
    (nn.AdaptiveAvgPool2d, "avgpool"),
    (nn.Flatten, "head"),
    (nn.Linear, "head"),
    (nn.LayerNorm, "head"),  # of a Transformer's last token vectors
    (nn.RMSNorm, "head"),
    (nn.Embedding, "embed"),
)
_POOLS = (nn.MaxPool2d, nn.AvgPool2d)  # one ends a stretch of a plain sequence, as in AlexNet
_MOST = 40  # steps of a block that can still be looked at side by side


def groups(steps: Sequence[Named], root: nn.Module) -> Iterator[str]:
    """Yield what each step folds into: a block around it, or a stretch of the root's own steps.

    A step that starts nothing of its own (a ReLU of the root, a reshape) joins the step before.
    A stretch ends where another kind of step begins, and behind a pool of the root, as in
    AlexNet. A later stretch of the same kind is a group of its own, named by its first step.
    """
    modules = dict(root.named_modules(remove_duplicate=False))
    around = [_blocks(name, modules) for name, *_ in steps]
    sizes = Counter(block for blocks in around for block in blocks)
    kind, group, kinds_before = "", "", set[str]()
    behind_pool = False
    for step, blocks in zip(steps, around, strict=True):
        name, own, _ = step
        module = modules[own] if own else None
        is_roots_own = module is not None and not blocks
        kind_before, kind = kind, _kind(step, blocks, sizes, module)
        if not kind:
            kind = "stem" if kind_before == "input" else kind_before
        if kind != kind_before or (behind_pool and is_roots_own):
            group = f"{kind}_{name}" if kind in kinds_before else kind
            kinds_before.add(kind)
        behind_pool = is_roots_own and isinstance(module, _POOLS)
        yield group


def _kind(step: Named, blocks: list[str], sizes: Counter[str], module: nn.Module | None) -> str:
    """Return the block around a step, or which of the root's parts it begins; "" for neither."""
    name, _, function = step
    if function == "input":
        return "input"
    return _block(blocks, name, sizes) or _root_group(function, module)


def _blocks(name: str, modules: dict[str, nn.Module]) -> list[str]:
    """Return the modules around a step that do something of their own, the outermost first."""
    parts = name.split(".")[:-1]
    prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
    return [p for p in prefixes if not isinstance(modules.get(p), _CONTAINERS)]


def _block(found: list[str], name: str, sizes: Counter[str]) -> str:
    """Return the outermost block that still fits a screen.

    The sequence around a step without a block.
    """
    fitting = (block for block in found if sizes[block] <= _MOST)
    return next(fitting, found[-1] if found else name.rpartition(".")[0])


def _root_group(function: str, module: nn.Module | None) -> str:
    if module is None:
        return "head" if "flatten" in function else ""
    return next((group for kind, group in _ROOT_GROUPS if isinstance(module, kind)), "")
