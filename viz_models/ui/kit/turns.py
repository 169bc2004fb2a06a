"""Who computes next: so many at a time, by memory, one of each person, and fair among them.

A result that is already there needs no turn. Without turns one visitor with eight tabs of deep
networks would keep every core and all memory, and everybody else would wait for them.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from viz_models.runs.limits import cores

LARGE = 64 << 20  # bytes; what takes less is not counted as large
TOGETHER = 512 << 20  # bytes of all large ones at a time; a larger one runs as the only one
LOOK_S = 0.2  # between two looks at whether anybody still wants it
FORGET_S = 30.0  # after which it is forgotten who computed how long
PATIENT_S = 5.0  # after which no large one overtakes another


_drawing = threading.Lock()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw a page that computes nothing and waits for nothing, one at a time of all sessions.

    Sixty who come to the first page at once would take Python's lock from each other at every
    message. One after the other it costs a quarter less, and even the last one is served sooner.
    """
    with _drawing:
        yield


@dataclass(eq=False, slots=True)
class _Ticket:
    person: str
    bytes: int
    since: float

    @property
    def large(self) -> bool:
        return self.bytes >= LARGE


class Turns:
    """A waiting room for work. Thread-safe."""

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody computes yet.

        Args:
            slots: How many may compute at a time, large ones on half of them.
            clock: Seconds that never go back.
        """
        self._slots, self._large_slots, self._clock = slots, max(1, slots // 2), clock
        self._free = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: list[_Ticket] = []
        self._used: defaultdict[str, float] = defaultdict(float)  # seconds by person, of late
        self._forgotten = clock()
        self._mine = threading.local()  # a turn within a turn is the same one

    @contextmanager
    def taken(
        self, person: str, bytes_: int = 0, wanted: Callable[[], object] = lambda: None
    ) -> Iterator[None]:
        """Wait for a turn, and have it inside the block.

        Args:
            person: Who asks; one turn at a time.
            bytes_: What the work takes while it goes on, where it is much.
            wanted: Called while waiting; it raises if nobody wants the result any more.
        """
        if getattr(self._mine, "ticket", None):
            yield
            return
        ticket = self._mine.ticket = _Ticket(person, bytes_, self._clock())
        try:
            self._enter(ticket, wanted)
            yield
        finally:
            self._mine.ticket = None
            self._leave(ticket)

    def count(self) -> tuple[int, int]:
        """How many compute now, and how many wait."""
        with self._free:
            return len(self._running), len(self._waiting)

    def place(self) -> tuple[int, int]:
        """(which of those who wait this thread is, how many wait); 0 where it does not wait."""
        ticket = getattr(self._mine, "ticket", None)
        with self._free:
            order = self._order()
            return (order.index(ticket) + 1 if ticket in order else 0), len(order)

    def give_way(self, wanted: Callable[[], object] = lambda: None) -> None:
        """Let somebody else go first in the midst of long work, if anybody waits."""
        ticket = getattr(self._mine, "ticket", None)
        if ticket and self._waiting:
            self._leave(ticket)
            ticket.since = self._clock()
            self._enter(ticket, wanted)

    def _enter(self, ticket: _Ticket, wanted: Callable[[], object]) -> None:
        with self._free:
            self._waiting.append(ticket)
        while True:
            with self._free:
                if self._next() is ticket or (self._free.wait(LOOK_S) and self._next() is ticket):
                    self._waiting.remove(ticket)
                    ticket.since = self._clock()
                    self._running.append(ticket)
                    self._free.notify_all()
                    return
            wanted()

    def _leave(self, ticket: _Ticket) -> None:
        with self._free:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            if ticket in self._running:
                self._running.remove(ticket)
                self._used[ticket.person] += self._clock() - ticket.since
            self._free.notify_all()

    def _next(self) -> _Ticket | None:
        """Who may begin now: whoever used least of late, then who waits longest."""
        now = self._clock()
        if now - self._forgotten > FORGET_S:
            self._used.clear()
            self._forgotten = now
        patient = False  # whether a large one has waited so long that no large one overtakes it
        for ticket in self._order():
            if self._fits(ticket) and not (ticket.large and patient):
                return ticket
            waits_long = now - ticket.since > PATIENT_S
            patient |= ticket.large and waits_long and not self._has_turn(ticket.person)
        return None

    def _order(self) -> list[_Ticket]:
        return sorted(self._waiting, key=lambda t: (self._used[t.person], t.since))

    def _fits(self, ticket: _Ticket) -> bool:
        large = [t for t in self._running if t.large]
        if len(self._running) >= self._slots or self._has_turn(ticket.person):
            return False
        if not ticket.large or not large:
            return True
        room = TOGETHER - sum(t.bytes for t in large)
        return len(large) < self._large_slots and ticket.bytes <= room

    def _has_turn(self, person: str) -> bool:
        return any(t.person == person for t in self._running)


TURNS = Turns(max(2, cores()))  # of this server
SECONDS_BETWEEN_TICKS = 0.25  # of a progress bar: each costs a message to the browser


def seldom(progress: Callable[[float], None]) -> Callable[[int, int], None]:
    """Return what long work tells of every part: a few times a second it lets others go first.

    Args:
        progress: Told how much is done, 0..1; it may raise to stop.
    """
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_TICKS:
            last = now
            progress(done / total)
            TURNS.give_way()

    return tell
