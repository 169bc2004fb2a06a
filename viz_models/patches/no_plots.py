"""Take captum without the plots that it could draw.

Seen with: captum 0.9.
Symptom: `captum.attr` imports what it has for language models and for pictures, and with that
    matplotlib and IPython: 28 MB of each process, and half a second. Nothing here is drawn with
    them. Whoever asks captum for these names still gets them, and the import happens then.
Still needed? `tests/patches/test_no_plots.py` looks whether matplotlib was imported; try it with
    this file reduced to the import of captum.
"""

import importlib
import sys
from types import ModuleType

from viz_models import patches

_PLOTS = (
    "captum.attr._core.llm_attr",
    "captum.attr._utils.interpretable_input",
    "captum.attr._utils.visualization",
)
_KNOWN = patches.is_known("captum", ("0.9.",), "no_plots") and "captum.attr" not in sys.modules


class _Later(ModuleType):
    """Stand for a module while captum takes names from it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def _import() -> ModuleType:
    """Import captum with stand-ins for the modules that plot, and take these away again."""
    stand_ins = {name: _Later(name) for name in _PLOTS if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        attr = importlib.import_module("captum.attr")
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
    where = {n: v.__name__ for n, v in vars(attr).items() if isinstance(v, _Later)}
    for name in where:
        delattr(attr, name)

    def later(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {attr.__name__!r} has no attribute {name!r}")
        real = importlib.import_module(where[name])
        return real if where[name].endswith(f".{name}") else getattr(real, name)

    attr.__getattr__ = later  # type: ignore[method-assign]
    return attr


attr = _import() if _KNOWN else importlib.import_module("captum.attr")

__all__ = ["attr"]
