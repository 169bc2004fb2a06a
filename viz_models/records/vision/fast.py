"""Four guidelines for fast networks: ways to spend the same multiply-adds, and their times."""

from dataclasses import dataclass
from statistics import quantiles
from typing import Literal, get_args

from viz_models.records.provenance import Provenance

Series = Literal["widths", "groups", "fragments", "elementwise", "units"]  # units: v2 and v1
GUIDELINES: tuple[Series, ...] = get_args(Series)[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class FastSpec:
    """How often and how long everything is timed."""

    rounds: int = 15  # at most; in each round every way is timed once, in another order
    seconds: float = 8.0  # after which no further round begins, once there are LEAST_ROUNDS
    seed: int = 0  # of weights, inputs and the order


LEAST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the quartiles around it."""

    low: float
    median: float
    high: float


def spread(values: tuple[float, ...]) -> Spread:
    """Return the quartiles of at least two values."""
    return Spread(*quantiles(values, n=4, method="inclusive"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FastWay:
    """One way to spend the multiply-adds, with its times."""

    series: Series
    name: str  # "1:4"
    what: str  # "64 → 256 → 64 channels"
    macs: int  # multiply-adds of one example
    access: int  # numbers that its operations read and write; memory access cost of the paper
    milliseconds: tuple[float, ...]  # processor time of one pass, one number for each round


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStep:
    """One operation of a unit."""

    name: str
    macs: int
    access: int  # numbers read and written
    breaks: str = ""  # which guideline it violates: "G2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A building block, operation by operation."""

    name: str
    steps: tuple[UnitStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fast:
    """Everything that was timed."""

    spec: FastSpec
    ways: tuple[FastWay, ...]
    units: tuple[Unit, ...]
    machine: str  # its processor
    provenance: Provenance

    def of(self, series: Series) -> tuple[FastWay, ...]:
        """Return the ways of one guideline; the first obeys it, the last violates it most."""
        return tuple(way for way in self.ways if way.series == series)

    def ratio(self, series: Series) -> Spread:
        """Return the time of the last way over the first one's, paired by round."""
        ways = self.of(series)
        pairs = zip(ways[0].milliseconds, ways[-1].milliseconds, strict=True)
        return spread(tuple(last / first for first, last in pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffleSpec:
    """Two grouped 1x1 convolutions with a channel shuffle between them, or without one."""

    groups: int = 3
    shuffled: bool = True
    channels: int = 12

    def __post_init__(self) -> None:
        """Raise a ValueError unless the groups divide the channels."""
        if self.groups < 1 or self.channels % self.groups:
            raise ValueError(f"{self.groups} groups do not divide {self.channels} channels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    """Where every channel goes, and which outputs every input reaches."""

    spec: ShuffleSpec
    source: tuple[int, ...]  # source[i] is the channel that stands at place i afterwards
    reached: tuple[tuple[int, ...], ...]  # outputs of the second convolution, for each input
    same_as_torch: bool  # nn.ChannelShuffle, and view, transpose, reshape, move alike
    provenance: Provenance

    def place(self, channel: int) -> int:
        """Return where a channel stands after the shuffle."""
        return self.source.index(channel)
