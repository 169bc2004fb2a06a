"""Count the bytes that operations hold at once, storage by storage."""

import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from viz_models.patches.dispatch_mode import DispatchMode


class Held(DispatchMode):
    """Add up the storages that operations make inside the block, and forget those that are freed.

    `now` and `peak` are bytes. What a kernel needs inside and frees before it returns is not seen.
    """

    def __init__(self, known: Iterable[Tensor]) -> None:
        """Begin at zero; the storages of `known` are not counted."""
        super().__init__()
        self.now = self.peak = 0
        self.alive = {t.untyped_storage()._cdata: 0 for t in known}

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (torch's own signature)
        types: Any,  # noqa: ANN401
        args: Any = (),  # noqa: ANN401
        kwargs: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Run one operator, and meet the storages of what it returns."""
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor):
                self._meet(leaf.untyped_storage())
        return made

    def _meet(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self.alive:  # a view shares the storage of what it looks at
            self.alive[key] = storage.nbytes()
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._forget, key)

    def _forget(self, key: int) -> None:
        self.now -= self.alive.pop(key)


def peak_bytes(layer: nn.Module, x: Tensor) -> int:
    """Return the most bytes that a forward pass holds beyond its input and weights.

    Args:
        layer: Any module.
        x: Its input.
    """
    with torch.no_grad(), Held([x, *layer.parameters(), *layer.buffers()]) as held:
        layer(x)
    return held.peak
