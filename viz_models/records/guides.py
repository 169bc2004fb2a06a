"""A guided lesson: steps, each with a view to open, something to look at and a question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number that a question asks for."""

    value: float
    unit: str = ""
    tolerance: float = 0.0  # share of the value by which an answer may be wrong: 0.01 is 1 %

    def is_met(self, said: float) -> bool:
        """Whether a reader's number is close enough."""
        return abs(said - self.value) <= self.tolerance * abs(self.value) + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that a question offers."""

    text: str
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One step of a lesson. Texts are Markdown."""

    id: str  # of the lesson and its number, from 1: "skips.3"
    title: str
    text: str
    path: str  # of the page that it opens, as in the URL: "flow"
    params: tuple[tuple[str, str], ...] = ()  # of the URL of its view
    locked: tuple[str, ...] = ()  # keys of controls that cannot be moved before the answer
    hidden: tuple[str, ...] = ()  # keys of controls that are not there before the answer
    question: str = ""
    choices: tuple[Choice, ...] = ()
    estimate: Estimate | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One lesson."""

    name: str  # of its file, and in the URL: "skips"
    title: str
    language: str  # two letters
    author: str
    minutes: int
    about: str  # one sentence
    steps: tuple[GuideStep, ...]
