"""Know in whose forward a call is made, without a hook: methods are shadowed for a while.

The shadow lies in the `__dict__` of each module, where Python looks before it looks in the class.
The few functions that are one step lie in the `__dict__` of a module of Python, shadowed alike.
Several threads may record the same module at once: the last one takes the shadow away, and a
thread that records nothing goes straight through.
"""

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from inspect import isfunction
from types import ModuleType
from typing import Any

from torch import nn

Holder = nn.Module | ModuleType  # of a method, or of a function
Around = Callable[[Holder, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]

_METHODS = ("forward", "run", "encode", "decode")  # by which a network calls its parts


class _Shadow:
    """One holder of methods or functions, and what stood in its `__dict__` before."""

    def __init__(self, holder: Holder, names: tuple[str, ...]) -> None:
        self.holder, self.users = holder, 0
        self.before: dict[str, Callable[..., Any] | None] = {}
        for name in names:
            self.before[name] = holder.__dict__.get(name)
            holder.__dict__[name] = _through(holder, getattr(holder, name))

    def remove(self) -> None:
        """Put back what was there."""
        for name, original in self.before.items():
            if original is None:
                self.holder.__dict__.pop(name, None)
            else:
                self.holder.__dict__[name] = original


def _through(holder: Holder, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that tells whoever records in this thread, and does the same."""

    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        around = getattr(_RECORDING, "around", None)
        if around is None:
            return original(*args, **kwargs)
        return around(holder, original, args, kwargs)

    return method


_RECORDING = threading.local()  # `around`: what this thread does around a forward
_LOCK = threading.Lock()
_SHADOWS: dict[int, _Shadow] = {}  # id of a holder, which the shadow keeps alive


def shadowed(
    root: nn.Module, around: Around, functions: Iterable[tuple[ModuleType, tuple[str, ...]]] = ()
) -> AbstractContextManager[None]:
    """Call `around(holder, forward, args, kwargs)` for each forward of this thread in the block.

    Args:
        root: The network; all modules in it are shadowed.
        around: Must call the forward that it is given, and return what that returns.
        functions: Modules of Python, and names of functions in them that are shadowed, too.
    """
    named = [(module, _methods(module)) for module in root.modules()]
    return _shadowed([*named, *functions], around)


def _methods(module: nn.Module) -> tuple[str, ...]:
    kind = type(module)
    return tuple(
        name for name in _METHODS if name == "forward" or isfunction(getattr(kind, name, None))
    )


@contextmanager
def _shadowed(
    holders: list[tuple[nn.Module, tuple[str, ...]] | tuple[ModuleType, tuple[str, ...]]],
    around: Around,
) -> Iterator[None]:
    taken: list[_Shadow] = []
    before = getattr(_RECORDING, "around", None)
    try:
        for holder, names in holders:
            with _LOCK:
                shadow = _SHADOWS.get(id(holder)) or _Shadow(holder, names)
                _SHADOWS[id(holder)] = shadow
                shadow.users += 1
                taken.append(shadow)
        _RECORDING.around = around
        yield
    finally:
        _RECORDING.around = before
        for shadow in taken:
            with _LOCK:
                shadow.users -= 1
                if not shadow.users:
                    del _SHADOWS[id(shadow.holder)]
                    shadow.remove()
