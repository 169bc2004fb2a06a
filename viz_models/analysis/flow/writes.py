"""Which memory an operator of torch is about to overwrite; its schema says so."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils._pytree import tree_leaves


def memory(value: Tensor) -> int:
    """Identify the memory of a tensor: a view lies in the memory of what it looks at."""
    return value.untyped_storage()._cdata


def overwritten(func: Any, args: Sequence[Any], given: dict[str, Any]) -> Iterator[Tensor]:  # noqa: ANN401
    """Yield the tensors that a call of an operator overwrites.

    Args:
        func: One of torch's operators.
        args: Its positional arguments.
        given: Its keyword arguments.
    """
    for place, name in _written(func):
        value = args[place] if place < len(args) else given.get(name)
        yield from (leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor))


@cache
def _written(func: Any) -> tuple[tuple[int, str], ...]:  # noqa: ANN401 (one of torch's operators)
    """Return place and name of the arguments that an operator overwrites, from its schema."""
    return tuple(
        (place, argument.name)
        for place, argument in enumerate(func._schema.arguments)
        if argument.alias_info is not None and argument.alias_info.is_write
    )
