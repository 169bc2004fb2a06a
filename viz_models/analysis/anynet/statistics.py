"""Five numbers for a value of any type."""

import numpy as np
import torch

from viz_models.analysis.flow.trace import statistics
from viz_models.records import StepStats


def statistics_of(value: np.ndarray, scratch: torch.Tensor) -> StepStats | None:
    """Return mean, population std, min, max and share of zeros of any array.

    Args:
        value: Any shape and type; complex numbers are counted by their magnitude.
        scratch: float64, at least as long as `value`.

    Returns:
        The five numbers; None where there is no value.
    """
    if not value.size:
        return None
    if value.dtype.kind == "c":
        value = np.abs(value)
    elif value.dtype.kind not in "f":
        value = value.astype(np.float64)
    elif value.dtype.itemsize < 4:
        value = value.astype(np.float32)
    # torch has no read-only tensors
    return statistics(torch.from_numpy(value if value.flags.writeable else value.copy()), scratch)
