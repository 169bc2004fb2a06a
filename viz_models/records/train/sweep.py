"""What a sweep came to: one cell for each pair of values."""

from dataclasses import dataclass

from viz_models.language import gettext as _
from viz_models.language import ngettext
from viz_models.records.train.cards import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The runs of one cell, one a seed."""

    label: str  # "plain, 20 layers"
    seeds: tuple[int, ...]  # that have a number
    values: tuple[float, ...]  # one for each of these seeds
    mean: float | None  # None while there is no number
    states: tuple[tuple[str, int], ...]  # how its runs stand, and how many of each

    def count(self, *states: str) -> int:
        """Return how many of its runs are in one of these states."""
        return sum(count for state, count in self.states if state in states)

    @property
    def runs(self) -> int:
        """How many runs it has; 0 where nothing was started."""
        return sum(count for _, count in self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All cells of a sweep, row by row."""

    rows: tuple[str, ...]  # names of the values: "plain", "residual"
    columns: tuple[str, ...]  # "4 layers"
    measure: Measure
    cells: tuple[Cell, ...]

    @property
    def known(self) -> tuple[Cell, ...]:
        """Those with a number."""
        return tuple(cell for cell in self.cells if cell.mean is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPrice:
    """What a sweep costs, said before it starts."""

    runs: int
    slots: int  # runs that compute at a time here
    seconds: float  # until the last has ended, if nobody else computes

    @property
    def sentence(self) -> str:
        """Return what people read: "40 runs, about 2 minutes on 2 slots"."""
        minutes = self.seconds / 60
        time = (
            _("{minutes:.0f} minutes").format(minutes=minutes)
            if minutes >= 1.5
            else _("{seconds:.0f} seconds").format(seconds=max(2, self.seconds))
        )
        runs = ngettext("{n} run", "{n} runs", self.runs).format(n=self.runs)
        slots = ngettext("{n} slot", "{n} slots", self.slots).format(n=self.slots)
        return _("{runs}, about {time} on {slots}").format(runs=runs, time=time, slots=slots)
