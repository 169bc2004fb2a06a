"""Import torchvision without torch's compiler.

Seen with: torchvision 0.29 on torch 2.14.
Symptom: one operation for detectors (roi_align) asks the compiler a question when it runs, and
    imports the compiler for that when it is imported: 1.7 s of the 3.6 s that the first visitor
    waits for. Whoever needs the compiler still gets it, at that moment.
Still needed? `tests/patches/test_light.py` opens the flow page and looks whether `torch._dynamo`
    was imported; try it with this file reduced to `import torchvision`.
"""

import importlib
import sys
from types import ModuleType

import torch  # noqa: F401 (torchvision imports it first; the stand-in must not be there yet)

from viz_models import patches

_NAME = "torch._dynamo.utils"
_KNOWN = patches.is_known("torchvision", ("0.29.",), "light")


class _Later(ModuleType):
    """Stand for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "is_compile_supported":  # the only name that torchvision takes
            return lambda device: _real().is_compile_supported(device)
        return getattr(_real(), name)


def _real() -> ModuleType:
    if isinstance(sys.modules.get(_NAME), _Later):
        del sys.modules[_NAME]
    return importlib.import_module(_NAME)


if _KNOWN:
    sys.modules.setdefault(_NAME, _Later(_NAME))
try:
    import torchvision
    import torchvision.models.feature_extraction
finally:
    if isinstance(sys.modules.get(_NAME), _Later):
        del sys.modules[_NAME]

__all__ = ["torchvision"]
