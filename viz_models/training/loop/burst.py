"""Steps that a GPU takes one after the other before anybody reads what they told.

To read a number is to wait for the GPU, which then has nothing to do until the next step is begun.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from viz_models.records import Moment

MOST = 16  # steps
MOST_S = 0.1  # that they may take: so late is a run told, stopped or paused


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Taken:
    """A step whose numbers may still have to be computed."""

    step: int
    before: float  # seconds of training
    numbers: Tensor  # (3,) float32: loss, share of right answers, norm of the gradient
    lr: float
    moment: Moment | None


def longest(device: torch.device) -> int:
    """Return how many steps may be taken before their numbers are read; on the CPU none waits."""
    return 1 if device.type == "cpu" else MOST


def fitting(seconds: float) -> int:
    """Return how many steps of so many seconds are read together."""
    return max(1, int(MOST_S / max(seconds, MOST_S / MOST)))
