"""Inception: branches side by side, what their 1x1 convolutions save, and how they train."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.flow.values import Calculation
from viz_models.records.provenance import Provenance

EXAMPLES = 8  # test digits of each class that can be chosen
WIDTH = 8  # the small network has an eighth of GoogLeNet's channels

Branch = Literal["1x1", "3x3", "5x5", "pool"]
BRANCHES: tuple[Branch, ...] = ("1x1", "3x3", "5x5", "pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Channels of one Inception module: what comes in, and what each convolution gives."""

    inputs: int
    one: int  # 1x1
    reduce3: int  # 1x1 before the 3x3
    three: int
    reduce5: int  # 1x1 before the 5x5
    five: int
    pool: int  # 1x1 after max pooling

    @property
    def branches(self) -> tuple[int, int, int, int]:
        """Return the channels that each branch gives, in the order of BRANCHES."""
        return (self.one, self.three, self.five, self.pool)

    @property
    def outputs(self) -> int:
        """Return the channels of all branches side by side."""
        return sum(self.branches)

    def of(self, channel: int) -> tuple[Branch, int]:
        """Return which branch made a channel of the output, and its number there."""
        for branch, width in zip(BRANCHES, self.branches, strict=True):
            if channel < width:
                return branch, channel
            channel -= width
        raise ValueError(f"the module has no channel {channel + self.outputs}")


def _widths(inputs: int, *made: int) -> Widths:
    one, reduce3, three, reduce5, five, pool = made
    return Widths(
        inputs=inputs,
        one=one,
        reduce3=reduce3,
        three=three,
        reduce5=reduce5,
        five=five,
        pool=pool,
    )


# Szegedy et al. 2014, table 1, arXiv:1409.4842; the side of the maps is that of a 224x224 photo.
GOOGLENET: dict[str, tuple[Widths, int]] = {
    "3a": (_widths(192, 64, 96, 128, 16, 32, 32), 28),
    "3b": (_widths(256, 128, 128, 192, 32, 96, 64), 28),
    "4a": (_widths(480, 192, 96, 208, 16, 48, 64), 14),
    "4b": (_widths(512, 160, 112, 224, 24, 64, 64), 14),
    "4c": (_widths(512, 128, 128, 256, 24, 64, 64), 14),
    "4d": (_widths(512, 112, 144, 288, 32, 64, 64), 14),
    "4e": (_widths(528, 256, 160, 320, 32, 128, 128), 14),
    "5a": (_widths(832, 256, 160, 320, 32, 128, 128), 7),
    "5b": (_widths(832, 384, 192, 384, 48, 128, 128), 7),
}
MODULES = tuple(GOOGLENET)
POOLED = ("4a", "5a")  # max pooling halves the maps before these
WEIGHT = 0.3  # of the auxiliary losses, section 5 of the paper
WEIGHTS = (0.1, WEIGHT, 1.0)  # that are compared
FASTER = 10  # times the learning rate, in the comparison of BatchNorm
AUXILIARY = ("4a", "4d")  # an auxiliary classifier reads what these give


def eighth(name: str) -> Widths:
    """Return the widths of a module of the small network."""
    w = GOOGLENET[name][0]
    made = (w.one, w.reduce3, w.three, w.reduce5, w.five, w.pool)
    return _widths(w.inputs // WIDTH, *(m // WIDTH for m in made))


@dataclass(frozen=True, slots=True, kw_only=True)
class InceptionSpec:
    """One test digit, and one module that it passes."""

    label: int = 3  # 0 to 9
    example: int = 0  # which of its test digits, in the order of the test set
    module: str = "3b"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Opened:
    """One digit in one module of the trained network."""

    spec: InceptionSpec
    widths: Widths
    image: np.ndarray  # (H, W) of the enlarged digit
    before: np.ndarray  # (C, h, w) what all branches read
    reduced: dict[Branch, np.ndarray]  # what the 1x1 of "3x3" and "5x5" and the pooling give
    branches: tuple[np.ndarray, ...]  # (C, h, w) of each branch, in the order of BRANCHES
    joined_off: float  # largest difference of the branches side by side to the module's output
    right: float  # probability of the right digit, 0..1
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenedValue:
    """One value of one branch: the convolution, the norm and the ReLU that made it."""

    branch: Branch
    channel: int  # of the branch
    convolution: Calculation
    norm: Calculation
    relu: Calculation


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvPrice:
    """Multiply-adds of one convolution of a module."""

    branch: Branch
    kernel_size: int
    inputs: int
    outputs: int
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InceptionPrice:
    """What a module costs with its 1x1 convolutions, and without those that reduce."""

    widths: Widths
    side: int  # height and width of the maps
    reduced: tuple[ConvPrice, ...]
    naive: tuple[ConvPrice, ...]  # the paper's figure 2a: pooling gives all channels that came in
    naive_outputs: int
    torch_reduced: int  # as torch's flop counter has it
    torch_naive: int

    @property
    def macs(self) -> tuple[int, int]:
        """Return the multiply-adds with and without reduction."""
        return sum(c.macs for c in self.reduced), sum(c.macs for c in self.naive)


@dataclass(frozen=True, slots=True, kw_only=True)
class InceptionTraining:
    """How one small network is trained: SGD with momentum 0.9 on enlarged digits."""

    norm: bool = False  # BatchNorm after every convolution, as in Inception v2
    auxiliary: float = 0.0  # what the losses of both auxiliary classifiers are multiplied by
    single: bool = False  # one 3x3 branch in every module, with as many multiply-adds
    lr: float = 0.01
    steps: int = 400
    batch_size: int = 32
    look: int = 40  # steps between two tests
    side: int = 32  # of the enlarged digits, px
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InceptionRun:
    """One training."""

    spec: InceptionTraining
    accuracies: tuple[float, ...]  # on the test digits after every look
    # Norms over the parameters before module 4a, of the same 64 digits, at the start and after
    # every look: of the gradient of the main loss, of the weighted auxiliary losses, of their sum.
    main: tuple[float, ...]
    extra: tuple[float, ...]
    both: tuple[float, ...]
    without: dict[str, float]  # accuracy when one branch of every module gives zeros
    cpu_seconds: float

    @property
    def accuracy(self) -> float:
        """Return the last accuracy."""
        return self.accuracies[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulesRun:
    """Which parts of torchvision's GoogLeNet run, and what comes out."""

    train: tuple[str, ...]
    eval: tuple[str, ...]
    train_outputs: tuple[str, ...]  # names of the fields that training gives, in their order
    parameters: int
    auxiliary_parameters: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class InceptionRecord:
    """All trainings over all seeds."""

    runs: tuple[InceptionRun, ...]
    seeds: tuple[int, ...]
    tests: int
    train: int
    parameters: int  # of the small network, without auxiliary classifiers
    macs: int  # for a digit of 32x32
    single_macs: int
    machine: str
    provenance: Provenance

    def of(
        self,
        *,
        norm: bool = False,
        auxiliary: float = 0.0,
        single: bool = False,
        fast: bool = False,
    ) -> tuple[InceptionRun, ...]:
        """Return the runs of one kind, by seed; `fast` is ten times the learning rate."""
        lr = InceptionTraining().lr * (FASTER if fast else 1)
        asked = (norm, auxiliary, single, lr)
        return tuple(
            r
            for r in self.runs
            if (r.spec.norm, r.spec.auxiliary, r.spec.single, r.spec.lr) == asked
        )
