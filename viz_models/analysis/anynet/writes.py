"""Keep values while a network runs, and copy each before its memory is overwritten.

A network may work in place, on whole tensors, on parts of them and through views. Which memory an
operator of torch is about to overwrite stands in its schema.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils._pytree import tree_leaves

from viz_models.patches.dispatch_mode import DispatchMode

Home = dict[str, Tensor] | list[Tensor | None]  # where a value is kept, by name or by number


def memory(value: Tensor) -> int:
    """Identify the memory of a tensor: a view lies in the memory of what it looks at."""
    return value.untyped_storage()._cdata


def memory_of(value: Tensor) -> int | None:
    """Identify the memory of a tensor; None for one that has none, such as a sparse one."""
    try:
        return memory(value)
    except (NotImplementedError, RuntimeError):
        return None


class Kept:
    """Values that are kept by reference, until somebody overwrites their memory."""

    def __init__(self, max_bytes: float = float("inf")) -> None:
        """Keep nothing yet.

        Args:
            max_bytes: Of all values; one that does not fit is counted in `left_out`.
        """
        self.max_bytes, self.bytes, self.left_out = max_bytes, 0, 0
        self._in_memory: dict[int, list[tuple[Any, Any]]] = {}  # memory -> homes, keys

    def fits(self, value: Tensor, place: int | None) -> bool:
        """Say whether there is room for a value; a view of what is kept needs none."""
        if place is not None and place in self._in_memory:
            return True
        return self._has_room(value)

    def _has_room(self, value: Tensor) -> bool:
        size = value.numel() * value.element_size()
        if self.bytes + size > self.max_bytes:
            self.left_out += 1
            return False
        self.bytes += size
        return True

    def note(self, home: Home, key: str | int, place: int | None) -> None:
        """Note that the value `home[key]` lies in this memory."""
        if place is not None:
            self._in_memory.setdefault(place, []).append((home, key))

    def save(self, written: Tensor) -> None:
        """Copy the kept values in the memory of a tensor that is about to be overwritten."""
        place = memory_of(written)
        if place is None:
            return
        for home, key in self._in_memory.pop(place, ()):
            value = home[key]
            if value is not None:
                home[key] = value.clone() if self._has_room(value) else None


class Writes(DispatchMode):
    """Sees every operator of torch in this thread, and copies what one is about to overwrite.

    Only in this thread: others may run networks meanwhile.
    """

    def __init__(self, kept: Kept) -> None:
        """Begin to watch over kept values."""
        super().__init__()
        self.kept = kept

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (one of torch's operators)
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the operator returns)
        """Run one operator, after the values that it overwrites are copied."""
        given = kwargs or {}
        self.before(func, args, given)
        return func(*args, **given)

    def before(self, func: Any, args: Sequence[Any], given: dict[str, Any]) -> list[Tensor]:  # noqa: ANN401
        """Copy what a call overwrites, and return the tensors that it writes to."""
        if not _written(func):
            return []
        written = list(overwritten(func, args, given))
        for tensor in written:
            self.kept.save(tensor)
        return written


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
