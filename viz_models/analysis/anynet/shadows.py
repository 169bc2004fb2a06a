"""Know in whose forward a call is made, without a hook: methods are shadowed for a while.

The shadow lies in the `__dict__` of each module, where Python looks before it looks in the class.
The few functions that are one step lie in the `__dict__` of a module of Python, shadowed alike.
Several threads may record the same module at once: the last one takes the shadow away, and a
thread that records nothing goes straight through.
"""

import functools
import threading
from collections.abc import Callable, Iterable
from inspect import isfunction
from types import ModuleType
from typing import Any

from torch import nn

Holder = nn.Module | ModuleType  # of a method, or of a function
Around = Callable[[Holder, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]

_METHODS = ("forward", "run", "encode", "decode")  # by which a network calls its parts


class _Shadow:
    """One holder of methods or functions, and what stood in its `__dict__` before."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self.users: set[Shadows] = set()
        self.before: dict[str, Callable[..., Any] | None] = {}

    def fall(self, names: Iterable[str]) -> None:
        """Shadow what is not shadowed yet."""
        for name in names:
            if name not in self.before:
                self.before[name] = self.holder.__dict__.get(name)
                self.holder.__dict__[name] = _through(self.holder, getattr(self.holder, name))

    def lift(self) -> None:
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


class Shadows:
    """The shadows that one recording in one thread needs."""

    def __init__(self) -> None:
        """Nothing is shadowed yet."""
        self.before: Around | None = getattr(_RECORDING, "around", None)

    def fall(
        self,
        root: nn.Module,
        around: Around,
        functions: Iterable[tuple[ModuleType, tuple[str, ...]]] = (),
    ) -> None:
        """Call `around(holder, forward, args, kwargs)` for each forward of this thread from now on.

        Args:
            root: The network; all modules in it are shadowed.
            around: Must call the forward that it is given, and return what that returns.
            functions: Modules of Python, and names of functions in them that are shadowed, too.
        """
        named: list[tuple[Holder, tuple[str, ...]]] = list(functions)
        named += [(module, _methods(module)) for module in root.modules()]
        for holder, names in named:
            with _LOCK:
                shadow = _SHADOWS.setdefault(id(holder), _Shadow(holder))
                shadow.users.add(self)
                shadow.fall(names)
        _RECORDING.around = around

    def lift(self) -> None:
        """Take away what nobody else needs; may be called again if it was interrupted."""
        _RECORDING.around = self.before
        with _LOCK:
            for place, shadow in list(_SHADOWS.items()):
                if self in shadow.users and len(shadow.users) == 1:
                    shadow.lift()
                    del _SHADOWS[place]
                else:
                    shadow.users.discard(self)


def _methods(module: nn.Module) -> tuple[str, ...]:
    kind = type(module)
    return tuple(
        name for name in _METHODS if name == "forward" or isfunction(getattr(kind, name, None))
    )
