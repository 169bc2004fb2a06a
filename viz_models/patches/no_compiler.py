"""Optimizers without torch's compiler, which each of them imports to tell it to stay away.

That import is 2.5 s of the first seconds of a process that trains, and nothing here is compiled.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

_NAME = "torch._dynamo"


class _Absent(ModuleType):
    """Stands for the compiler until something else is wanted of it."""

    @staticmethod
    def disable(what: Callable[..., object], *_: object, **__: object) -> Callable[..., object]:
        """There is nothing to be kept out of."""
        return what

    @staticmethod
    def graph_break() -> None:
        """There is no graph."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        sys.modules.pop(_NAME, None)
        return getattr(importlib.import_module(_NAME), name)


def install() -> None:
    """Before the first optimizer, in a process that has nothing else to do."""
    sys.modules.setdefault(_NAME, _Absent(_NAME))
