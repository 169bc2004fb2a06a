"""Take torch's formulas for counting operations without the compiler of GPU kernels.

Seen with: torch 2.14 with CUDA, which brings triton.
Symptom: `torch.utils.flop_counter` imports triton only to name one class of it; the library that
    comes with it keeps 70 MB of each process. Kernels of triton are counted nowhere here.
Still needed? `tests/patches/test_no_triton.py` looks whether triton was imported; try it with this
    file reduced to the last import.
"""

import logging
import sys

import torch  # noqa: F401 (it asks by itself whether triton is there)

from viz_models import patches

_NAME, _COUNTER = "triton", "torch.utils.flop_counter"
_KNOWN = patches.is_known("torch", ("2.14.",), "no_triton")
_absent = _KNOWN and _NAME not in sys.modules and _COUNTER not in sys.modules
_log = logging.getLogger(_COUNTER)  # would warn that triton is missing

if _absent:
    sys.modules[_NAME] = None  # type: ignore[assignment] # an import of it now fails
    _log.disabled = True
try:
    from torch.utils.flop_counter import flop_registry
finally:
    if _absent:
        del sys.modules[_NAME]
        _log.disabled = False

__all__ = ["flop_registry"]
