"""torchvision without torch's compiler, half of all that the first visitor would wait for.

One operation for detectors (roi_align) asks the compiler a question when it runs, and imports it
when it is imported: 1.7 s of 3.6 s. Who needs the compiler still gets it, at that moment.
"""

import importlib
import sys
from types import ModuleType

import torch  # noqa: F401 (torchvision's own first import, outside of the stand-in's lifetime)

_NAME = "torch._dynamo.utils"


class _Later(ModuleType):
    """Stands for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "is_compile_supported":  # all that torchvision takes
            return lambda device: _real().is_compile_supported(device)
        return getattr(_real(), name)


def _real() -> ModuleType:
    if isinstance(sys.modules.get(_NAME), _Later):
        del sys.modules[_NAME]
    return importlib.import_module(_NAME)


sys.modules.setdefault(_NAME, _Later(_NAME))
try:
    import torchvision
    import torchvision.models.feature_extraction
finally:
    if isinstance(sys.modules.get(_NAME), _Later):
        del sys.modules[_NAME]

__all__ = ["torchvision"]
