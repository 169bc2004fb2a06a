"""Let a watcher see what a network does in this thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.modes import Meaning, Memory
from viz_models.analysis.anynet.shadows import Holder, shadowed
from viz_models.analysis.anynet.watcher import Keeper, Watcher
from viz_models.analysis.anynet.wholes import functions, is_fused


@contextmanager
def watched(
    watcher: Watcher, root: nn.Module, *, unfold: bool = False, as_extracted: bool = False
) -> Iterator[None]:
    """Tell a watcher of every step of a network in this thread, and leave nothing behind.

    Args:
        watcher: Only one that keeps values sees memory, too: operators without a call, and writes.
        root: The network.
        unfold: Open what is fused; its bits may change.
        as_extracted: Take for one step what torchvision's feature extraction takes for one.
    """

    def around(
        holder: Holder,
        forward: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        if watcher.now is not None:  # within a step
            return forward(*args, **kwargs)
        if not isinstance(holder, nn.Module):
            return _one(watcher, f"{holder.__name__}.{forward.__name__}", forward, args, kwargs)
        watcher.enter(holder)
        out = None
        try:
            name = f"torch.nn.{type(holder).__name__}"
            if as_extracted and isinstance(holder, nn.Identity):
                out = _one(watcher, name, _alias, args, kwargs)
            elif not unfold and is_fused(holder, args, kwargs):
                out = _one(watcher, name, forward, args, kwargs)
            else:
                out = forward(*args, **kwargs)
        finally:
            watcher.leave(holder, out)
        return out

    memory = Memory(watcher) if isinstance(watcher, Keeper) else nullcontext()
    with shadowed(root, around, functions() if as_extracted else ()), Meaning(watcher), memory:
        yield


def _alias(value: Tensor) -> Tensor:
    """Return the same values as a tensor of its own, so that one knows who reads which."""
    return value.view_as(value)


def _one(
    watcher: Watcher,
    name: str,
    forward: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:  # noqa: ANN401
    """Run a function or a module as one step."""
    draft = watcher.begin(name)
    try:
        watcher.read(draft, args, kwargs)
        with torch._C.DisableTorchFunction():
            out = forward(*args, **kwargs)
    except BaseException:
        watcher.now = None
        raise
    return watcher.end(draft, out)
