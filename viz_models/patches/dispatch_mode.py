"""Look at torch's operators as they run, without importing torch's compiler.

Seen with: torch 2.14.
Symptom: the first operator inside a `TorchDispatchMode` imports `torch._dynamo`, only to tell the
    compiler to stay away (1.7 s that the first visitor of the flow page waits for). And whether
    there is such a mode is noted for the whole process, by each mode for itself: where two threads
    have one at once and the first leaves first, it stays noted, and nothing is compiled any more.
Still needed? `tests/patches/test_light.py` looks whether opening the flow page imports the
    compiler, and `tests/analysis/anynet/test_left_behind.py` what two threads leave behind; try
    them with `DispatchMode = TorchDispatchMode`.
"""

import threading
from typing import Any, Self

from torch.utils import _python_dispatch as torchs
from torch.utils._python_dispatch import TorchDispatchMode

from viz_models import patches

_KNOWN = patches.is_known("torch", ("2.14.",), "dispatch_mode")
_FLAGS = (
    "_is_in_torch_dispatch_mode",
    "_is_in_non_infra_torch_dispatch_mode",
    "_is_in_any_mode_without_ignore_compile_internals",
)
_LOCK = threading.Lock()
_entered: set["DispatchMode"] = set()  # of all threads
_before: dict[str, Any] = {}  # the flags when there was none


class DispatchMode(TorchDispatchMode):
    """Be torch's own mode; the compiler is told of it once for all threads."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False if _KNOWN else super()._should_skip_dynamo()

    def __enter__(self) -> Self:
        """Begin to see the operators of this thread."""
        if not _KNOWN:
            super().__enter__()
            return self
        with _LOCK:
            if not _entered:
                _before.update({flag: getattr(torchs, flag) for flag in _FLAGS})
            _entered.add(self)
            _note(dict.fromkeys(_FLAGS, True))
        torchs._push_mode(self)
        return self

    def __exit__(self, *raised: object) -> None:
        """End it; may be called again if it was interrupted."""
        if not _KNOWN:
            super().__exit__(*raised)
            return
        if self in torchs._get_current_dispatch_mode_stack():
            torchs._pop_mode()
        with _LOCK:
            _entered.discard(self)
            if not _entered:
                _note(_before)


def _note(flags: dict[str, Any]) -> None:
    for name, value in flags.items():
        setattr(torchs, name, value)
    torchs.set_is_in_mode_without_ignore_compile_internals(flags[_FLAGS[-1]])
