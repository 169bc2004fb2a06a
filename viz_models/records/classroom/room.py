"""A class: its room, the question that is open, and what the room says."""

from collections import Counter
from dataclasses import dataclass, field

MOST_CHOICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSpec:
    """What a teacher asks: one of a few choices, or a number."""

    text: str
    choices: tuple[str, ...] = ()  # two to five; none where a number is asked for
    answer: str = ""  # place of the right choice ("0" is the first), or the number; "": none
    link: str = ""  # where the site shows the answer, from its root: "train?card=Depth"

    @property
    def is_number(self) -> bool:
        """Whether the room estimates a number."""
        return not self.choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that was asked in a class."""

    id: str
    place: int  # 1 is the first of its class
    spec: QuestionSpec
    revealed: bool  # whether the room sees the votes and the answer; then nobody votes any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the room has said so far."""

    counts: Counter[str] = field(default_factory=Counter)  # place of a choice, or number -> votes
    voters: int = 0
    gone: int = 0  # votes of browsers that are not here any more

    @property
    def numbers(self) -> tuple[float, ...]:
        """All estimates, from the smallest to the largest."""
        return tuple(sorted(float(said) for said in self.counts.elements()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A class as it stands."""

    code: str
    ends: float  # s since 1970
    present: int  # browsers of students that showed themselves in the last seconds
    question: Question | None = None  # the last that was asked
    tally: Tally = field(default_factory=Tally)
