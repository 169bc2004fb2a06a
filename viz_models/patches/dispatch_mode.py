"""Look at torch's operators as they run, without importing torch's compiler.

Seen with: torch 2.14.
Symptom: the first operator inside a `TorchDispatchMode` imports `torch._dynamo`, only to tell the
    compiler to stay away (1.7 s that the first visitor of the flow page waits for).
Still needed? `tests/patches/test_light.py` looks whether opening the flow page imports the
    compiler; try it with `DispatchMode = TorchDispatchMode`.
"""

from torch.utils._python_dispatch import TorchDispatchMode

from viz_models import patches

_KNOWN = patches.is_known("torch", ("2.14.",), "dispatch_mode")


class DispatchMode(TorchDispatchMode):
    """Be torch's own mode; the compiler is not told of it."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False if _KNOWN else super()._should_skip_dynamo()
