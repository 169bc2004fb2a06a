"""Know in whose forward a call is made, without a hook: methods are shadowed for a while.

The shadow lies in the `__dict__` of each module, where Python looks before it looks in the class.
Several threads may record the same module at once: the last one takes the shadow away, and a
thread that records nothing goes straight through.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from inspect import isfunction
from typing import Any

from torch import nn

Around = Callable[[nn.Module, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


_METHODS = ("forward", "run", "encode", "decode")  # by which a network calls its parts


class _Shadow:
    """One module whose methods are shadowed, and what stood in its `__dict__` before."""

    def __init__(self, module: nn.Module) -> None:
        self.module, self.users = module, 0
        self.before: dict[str, Callable[..., Any] | None] = {}
        for name in _METHODS:
            if name == "forward" or isfunction(getattr(type(module), name, None)):
                self.before[name] = module.__dict__.get(name)
                module.__dict__[name] = _through(module, getattr(module, name))

    def remove(self) -> None:
        """Put back what was there."""
        for name, original in self.before.items():
            if original is None:
                self.module.__dict__.pop(name, None)
            else:
                self.module.__dict__[name] = original


def _through(module: nn.Module, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that tells whoever records in this thread, and does the same."""

    @functools.wraps(original)
    def method(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        around = getattr(_RECORDING, "around", None)
        if around is None:
            return original(*args, **kwargs)
        return around(module, original, args, kwargs)

    return method


_RECORDING = threading.local()  # `around`: what this thread does around a forward
_LOCK = threading.Lock()
_SHADOWS: dict[int, _Shadow] = {}  # id of a module, which the shadow keeps alive


def shadowed(root: nn.Module, around: Around) -> AbstractContextManager[None]:
    """Call `around(module, forward, args, kwargs)` for each forward of this thread in the block.

    Args:
        root: The network; all modules in it are shadowed.
        around: Must call the forward that it is given, and return what that returns.
    """
    return _shadowed(list(root.modules()), around)


@contextmanager
def _shadowed(modules: list[nn.Module], around: Around) -> Iterator[None]:
    taken: list[_Shadow] = []
    before = getattr(_RECORDING, "around", None)
    try:
        for module in modules:
            with _LOCK:
                shadow = _SHADOWS.get(id(module)) or _Shadow(module)
                _SHADOWS[id(module)] = shadow
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
                    del _SHADOWS[id(shadow.module)]
                    shadow.remove()
