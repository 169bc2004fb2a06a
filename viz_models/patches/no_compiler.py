"""Train without importing torch's compiler.

Seen with: torch 2.14.
Symptom: every optimizer imports `torch._dynamo` only to tell the compiler to stay away. That takes
    2.5 s of the first seconds of a process that trains, and nothing here is compiled.
Still needed? `tests/patches/test_no_compiler.py` looks at what a warm worker has imported; try it
    without the call of `install`.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

from viz_models import patches

_NAME = "torch._dynamo"


class _Absent(ModuleType):
    """Stand for the compiler until something else of it is wanted."""

    @staticmethod
    def disable(what: Callable[..., object], *_: object, **__: object) -> Callable[..., object]:
        """Return the function as it is: there is no compiler to keep away from it."""
        return what

    @staticmethod
    def graph_break() -> None:
        """Do nothing: there is no graph to break."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        sys.modules.pop(_NAME, None)
        return getattr(importlib.import_module(_NAME), name)


def install() -> None:
    """Put the stand-in in place; call it before the first optimizer is made."""
    if patches.is_known("torch", ("2.14.",), "no_compiler"):
        sys.modules.setdefault(_NAME, _Absent(_NAME))
