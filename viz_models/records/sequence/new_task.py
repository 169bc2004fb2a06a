"""A new task for a trained encoder: is this sentence right? Three ways to learn it."""

from dataclasses import dataclass
from typing import Literal

from viz_models.records.provenance import Provenance
from viz_models.records.train.paired import Verdict

Way = Literal["scratch", "frozen", "tuned"]
WAYS: tuple[Way, ...] = ("scratch", "frozen", "tuned")
SIZES = (50, 200, 1000)  # examples


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaskRun:
    """One network that learned the task."""

    way: Way
    examples: int
    seed: int  # of the examples, the output layer and, from scratch, the network
    accuracy: float  # share of unseen sentences judged rightly


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaskRuns:
    """All of them."""

    runs: tuple[NewTaskRun, ...]
    sentences: int  # unseen ones, half of them wrong
    steps: int  # of the networks in which all layers learn
    batch_size: int
    trained: dict[Way, int]  # way -> numbers that its training changes
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What one way reached with so many examples, over its seeds."""

    way: Way
    examples: int
    mean: float
    values: tuple[float, ...]
    low: float | None  # ends of the 95 % t-interval of the mean
    high: float | None
    difference: float | None  # to the frozen encoder, over pairs of equal seeds
    difference_low: float | None
    difference_high: float | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSpec:
    """A sentence for the networks that are shipped."""

    text: str = "the black cat sleeps"
    examples: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sentence and what each way says of it."""

    words: tuple[str, ...]
    changed: int | None  # word that has another form than in the typed sentence
    right: dict[Way, float]  # probability that the sentence is right


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judging:
    """The typed sentence, and the same one with each of its verbs in another form."""

    spec: JudgeSpec
    sentences: tuple[Judged, ...]
    unknown: tuple[str, ...]
    provenance: Provenance
