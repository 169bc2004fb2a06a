"""Let a watcher see what a network does in this thread."""

import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

from viz_models.analysis.anynet.modes import Meaning, Memory
from viz_models.analysis.anynet.shadows import Around, Holder, Shadows
from viz_models.analysis.anynet.watcher import Keeper, Watcher
from viz_models.analysis.anynet.wholes import functions, is_fused

T = TypeVar("T")


def watched(
    watcher: Watcher,
    root: nn.Module,
    call: Callable[[], T],
    *,
    unfold: bool = False,
    as_extracted: bool = False,
) -> T:
    """Run a network, tell a watcher of every step in this thread, and leave nothing behind.

    Also when Ctrl-C comes while that is cleared away: then it is cleared away again.

    Args:
        watcher: Only one that keeps values sees memory, too: operators without a call, and writes.
        root: The network.
        call: Runs it.
        unfold: Open what is fused; its bits may change.
        as_extracted: Take for one step what torchvision's feature extraction takes for one.
    """
    shadows, modes = Shadows(), _Modes()
    around = _around(watcher, unfold=unfold, as_extracted=as_extracted)
    try:
        shadows.fall(root, around, functions() if as_extracted else ())
        modes.enter(Meaning(watcher))
        if isinstance(watcher, Keeper):
            modes.enter(Memory(watcher))
        return call()
    except BaseException as error:
        if not isinstance(error, Exception):  # it may have come before torch put a mode back
            traceback.clear_frames(error.__traceback__)  # which it does now
        raise
    finally:
        try:
            modes.leave()
            shadows.lift()
        except BaseException:
            modes.leave()
            shadows.lift()
            raise


def _around(watcher: Watcher, *, unfold: bool, as_extracted: bool) -> Around:
    """Return what is done around each forward."""

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

    return around


class _Modes:
    """The modes of one recording."""

    def __init__(self) -> None:
        self.entered: list[Meaning | Memory] = []

    def enter(self, mode: Meaning | Memory) -> None:
        self.entered.append(mode)  # before, for it may be interrupted while it is entered
        mode.__enter__()

    def leave(self) -> None:
        """Leave them; may be called again if it was interrupted."""
        for mode in reversed(self.entered):
            if isinstance(mode, Memory) or mode in _get_current_function_mode_stack():
                mode.__exit__(None, None, None)


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
