"""Experiments that somebody looks at: read from the store once for all who watch.

Sixty tabs that watch one run ask sixty times a second together; the store is read twice a second,
and what the chart shows is put together once for each way to look at it.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from viz_models.records import ENDED, Experiment, Points, Run
from viz_models.records.train.curves import RunCurve
from viz_models.records.train.lessons import LessonResult
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.curves import Curve

FRESH_S = 0.5  # how old may be what is shown
MOST = 64  # experiments kept in memory
_VIEWS = 24  # ways to look at one that are kept put together
T = TypeVar("T")


@dataclass(eq=False)
class Watched:
    """One experiment, and what its runs have told so far."""

    id: str
    experiment: Experiment | None = None
    curves: dict[str, Curve] = field(default_factory=dict)  # by run
    version: int = 0  # grows when anything is new
    read_at: float = -math.inf
    trouble: str = ""  # why what was read last may not be how it stands
    _made: OrderedDict[Hashable, tuple[int, object]] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> Experiment | None:
        """How it stands, as of half a second ago at most; None if there is no such experiment.

        While the store does not answer, all but the one who waits for it get what was read last.
        """
        if self._is_old() and self._reading.acquire(blocking=self.experiment is None):
            try:
                if self._is_old():
                    self._read()
            finally:
                self._reading.release()
        return self.experiment

    def forget(self) -> None:
        """Read anew at the next look: something was done to it."""
        self.read_at = -math.inf

    def _is_old(self) -> bool:
        return time.monotonic() - self.read_at >= FRESH_S

    def _read(self) -> None:
        now = time.monotonic()
        try:
            found = runs.experiment(self.id)
            told = {
                run.id: runs.points(run.id, curve.after)
                for run in (found.runs if found else ())
                if self._may_have_told(run, curve := self.curves.setdefault(run.id, Curve()))
            }
        except OSError as error:
            self.trouble = str(error).partition("\n")[0]
        else:
            with self._lock:
                self._take(found, told)
            self.trouble = runs.trouble() if self.active else ""
        self.read_at = now

    def _take(self, found: Experiment | None, told: dict[str, Points]) -> None:
        for run, points in told.items():
            self.curves[run].take(points.steps)
            self.curves[run].after = points.after
        if found != self.experiment or any(points.steps for points in told.values()):
            self.version += 1
        self.experiment = found

    def _may_have_told(self, run: Run, curve: Curve) -> bool:
        last = curve.last.step if curve.last else 0
        return run.step != last or (run.state not in ENDED and run.state != "queued")

    def made(self, what: Hashable, make: Callable[[], T]) -> T:
        """Something put together from what was read, once for each version."""
        with self._lock:
            kept = self._made.get(what)
            if kept is None or kept[0] != self.version:
                kept = (self.version, make())
                self._made[what] = kept
                while len(self._made) > _VIEWS:
                    self._made.popitem(last=False)
            return kept[1]  # type: ignore[return-value]

    def drawn(self) -> tuple[RunCurve, ...]:
        """Curves of all runs, as arrays."""

        def make() -> tuple[RunCurve, ...]:
            found = self.experiment.runs if self.experiment else ()
            return tuple(self.curves[run.id].snapshot(run) for run in found)

        return self.made("drawn", make)

    def results(self) -> tuple[LessonResult | None, ...]:
        """Return what the page of a lesson draws of each run so far, in their order."""
        found = self.experiment.runs if self.experiment else ()
        return self.made("results", lambda: tuple(runs.result(run) for run in found))

    @property
    def active(self) -> bool:
        """Whether any run may still tell something."""
        found = self.experiment.runs if self.experiment else ()
        return any(run.state not in ENDED for run in found)


class Gallery:
    """The experiments that were watched last. Thread-safe."""

    def __init__(self) -> None:
        """Nobody watches anything yet."""
        self._lock = threading.Lock()
        self._watched: OrderedDict[str, Watched] = OrderedDict()

    def get(self, id: str) -> Watched:
        """Return the one object that all watchers of this experiment share."""
        with self._lock:
            watched = self._watched.setdefault(id, Watched(id))
            self._watched.move_to_end(id)
            while len(self._watched) > MOST:
                self._watched.popitem(last=False)
            return watched


_gallery = Gallery()  # of this server; a visitor could empty st.cache_resource


def watch(id: str) -> Watched:
    """Return an experiment to look at; it need not exist."""
    return _gallery.get(id)


def relabeled(curves: tuple[RunCurve, ...], offset: int) -> tuple[RunCurve, ...]:
    """Return the same curves with other arm numbers, so that several fit in one chart."""
    return tuple(replace(curve, arm=curve.arm + offset) for curve in curves) if offset else curves
