"""Work of seconds for one reader: in a thread of its own, so that clicks need not wait for it."""

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

import streamlit as st

from viz_models import language
from viz_models.ui.kit import cache
from viz_models.ui.kit.turns import TURNS

S = TypeVar("S", bound=Hashable)
T = TypeVar("T")
Progress = Callable[[int, int], None]
UNWATCHED = 10.0  # s without a look, after which nobody waits for it any more


class Job(Generic[S, T]):
    """Computes one result after the other until all are there, it is stopped, or nobody looks."""

    def __init__(self, asked: Iterable[S], compute: Callable[[S, Progress], T]) -> None:
        """Start at once.

        Args:
            asked: What to compute, in this order.
            compute: Called with one of them and what it must call between two parts of its work.
        """
        self.asked = tuple(asked)
        self.results: dict[S, T] = {}
        self.trouble = ""  # one line for the reader, if a ValueError ended it
        self._compute, self._stop = compute, threading.Event()
        self._share, self._looked = 0.0, time.monotonic()
        self._place = self._said = ""  # of those who wait, in words; what its reader was told
        self._person = cache.person()  # the thread itself knows nobody
        self._language = language.current()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        language.speak(self._language)
        try:
            for spec in self.asked:
                self._share = 0.0
                with TURNS.taken(self._person, wanted=self._check):
                    self._place = ""
                    self.results[spec] = self._compute(spec, self._tell)
        except _StoppedError:
            pass
        except ValueError as error:
            self.trouble = str(error)

    def _tell(self, done: int, total: int) -> None:
        self._check()
        self._share = done / total if total else 0.0
        TURNS.give_way(self._check)

    def _check(self) -> None:
        """Raise what ends the work, if it is stopped or nobody waits for it any more."""
        self._place = cache.place_in_words(*TURNS.place())
        if self._stop.is_set() or time.monotonic() - self._looked > UNWATCHED:
            raise _StoppedError

    def look(self) -> float:
        """How much of the current result is done, 0..1; says that somebody still waits.

        Whoever looks is told their place, when others come first.
        """
        self._looked = time.monotonic()
        if self._place and self._place != self._said:
            self._said = self._place
            st.toast(self._said, icon=":material/hourglass_empty:")
        return self._share

    def stop(self) -> None:
        """End it before the next part of its work."""
        self._stop.set()

    @property
    def running(self) -> bool:
        """Whether anything is still to come."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Until it has ended, or this long."""
        self._thread.join(seconds)


class _StoppedError(Exception):
    """Ends the work from inside its progress."""
