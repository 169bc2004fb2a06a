"""What all who look predict: one vote a browser and question, for as long as a lesson lasts.

Votes live in the server's memory: a class looks at one server, and nobody needs them tomorrow.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable

import streamlit as st

LESSON_S = 7200.0
MOST = 1000  # votes kept on one question: the latest


class Ballots:
    """Votes on any number of questions. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody has voted yet.

        Args:
            clock: Seconds that never go back.
        """
        self._clock, self._lock = clock, threading.Lock()
        self._votes: dict[str, dict[str, tuple[str, float]]] = {}  # question, voter: choice, when

    def cast(self, question: str, voter: str, choice: str) -> None:
        """Count a vote. Of one voter the first counts: after it they have seen the answer."""
        with self._lock:
            votes = self._of_this_lesson(question)
            votes.setdefault(voter, (choice, self._clock()))
            if len(votes) > MOST:
                del votes[next(iter(votes))]

    def of(self, question: str, voter: str) -> str | None:
        """What somebody voted for in the last two hours; None for nothing."""
        with self._lock:
            choice, _ = self._of_this_lesson(question).get(voter, (None, 0.0))
            return choice

    def count(self, question: str) -> Counter[str]:
        """How many voted for each choice in the last two hours."""
        with self._lock:
            return Counter(choice for choice, _ in self._of_this_lesson(question).values())

    def _of_this_lesson(self, question: str) -> dict[str, tuple[str, float]]:
        votes, now = self._votes.setdefault(question, {}), self._clock()
        for voter in [v for v, (_, when) in votes.items() if now - when > LESSON_S]:
            del votes[voter]
        return votes


@st.cache_resource(show_spinner=False)
def ballots() -> Ballots:
    """Those of this server."""
    return Ballots()
