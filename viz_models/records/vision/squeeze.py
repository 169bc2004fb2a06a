"""Squeeze-and-excitation: what one digit makes of the gates, and what the gates are worth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

BLOCKS, CHANNELS, HIDDEN = 4, 16, 4  # of the network that the lesson trains; HIDDEN is C / r
EXAMPLES = 8  # test digits of each class that can be chosen

Gates = Literal["own", "mean", "one", "other"]
GATES: tuple[Gates, ...] = ("own", "mean", "one", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqueezeSpec:
    """One test digit."""

    label: int = 3  # 0 to 9
    example: int = 0  # which of its test digits, in the order of the test set


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gated:
    """One SE module and what it did to one digit. C channels, R hidden units; float32."""

    before: np.ndarray  # (C, H, W) what comes in
    squeezed: np.ndarray  # (C,) z, the mean of each map
    hidden: np.ndarray  # (R,) ReLU(W1 z + b1)
    gates: np.ndarray  # (C,) sigmoid(W2 h + b2)
    reduce: np.ndarray  # (R, C) W1
    reduce_bias: np.ndarray  # (R,)
    expand: np.ndarray  # (C, R) W2
    expand_bias: np.ndarray  # (C,)
    torch_squeezed: np.ndarray  # (C,) the same three, taken out of torchvision's module by hooks
    torch_hidden: np.ndarray  # (R,)
    torch_gates: np.ndarray  # (C,)
    off_torch: float  # largest difference of before * gates to what the module returned

    def hidden_terms(self, unit: int) -> np.ndarray:
        """Return what each channel adds to one hidden unit before its ReLU: (C,)."""
        terms: np.ndarray = self.reduce[unit] * self.squeezed
        return terms

    def gate_terms(self, channel: int) -> np.ndarray:
        """Return what each hidden unit adds to one gate before its sigmoid: (R,)."""
        terms: np.ndarray = self.expand[channel] * self.hidden
        return terms


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Squeeze:
    """One digit on its way through the network."""

    spec: SqueezeSpec
    image: np.ndarray  # (H, W)
    blocks: tuple[Gated, ...]
    right: float  # probability of the right digit, 0..1
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SqueezeEnd:
    """Test accuracies of one seed, 0..1: with the gates as they are or replaced, and of a twin."""

    seed: int
    own: float
    mean: float  # each channel's mean gate over the training digits
    one: float  # all gates 1
    other: float  # the gates of another test digit
    twin: float  # the same network trained without SE modules


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SqueezeRecord:
    """What was measured about networks of several seeds, and the gates of the first one."""

    ends: tuple[SqueezeEnd, ...]
    by_class: np.ndarray  # (blocks, 10, C) float32, mean gate over the test digits of each class
    spread: np.ndarray  # (blocks, C) float32, standard deviation of a gate over all test digits
    tests: int
    steps: int
    parameters: tuple[int, int]  # with SE modules, and of them
    cpu_seconds: float
    provenance: Provenance
