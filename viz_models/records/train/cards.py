"""A question that training runs answer: what is compared, and what came out."""

from dataclasses import dataclass
from typing import Literal

from viz_models.records.provenance import Provenance
from viz_models.records.train.experiments import ExperimentSpec
from viz_models.records.train.paired import Verdict
from viz_models.records.train.runs import StoredState

Measure = Literal[
    "accuracy",  # of the last evaluation on the test set
    "test loss",
    "training loss",  # mean over the last tenth of the steps
    "training error",  # share that is wrong, over the same steps
    "seconds",  # of training
    "gradient ratio",  # log10 of ||dL/dW|| of the first layer over that of the last
    "loss where it grows",  # of the first step after blocks were put in, or would have been
]
Shown = Literal["test loss", "training loss", "test accuracy"]
Where = Literal["end", "step", "second"]  # "step": where the shortest of the arms ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Sums of arms, seed by seed: those of `plus` less those of `minus`."""

    plus: tuple[int, ...]  # places among the experiment's arms
    minus: tuple[int, ...]
    measure: Measure = "accuracy"
    where: Where = "end"
    label: str = ""  # made up from the arms where empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A question, the runs that answer it, and what people can predict."""

    id: str  # in the URL, and of the section with its prose
    title: str  # on its chip
    experiment: ExperimentSpec
    comparisons: tuple[Comparison, ...]  # the first one is predicted
    choices: dict[Verdict, str]  # what "higher", "lower" and no difference mean here
    shows: Shown = "test loss"  # over the course of its runs, where they were recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How well a run did on its way, column by column; all have one length."""

    step: tuple[int, ...] = ()
    samples: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()  # of training
    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run of an experiment came to, in as few numbers as a verdict needs."""

    arm: int  # place among the experiment's arms
    seed: int
    state: StoredState
    steps: int
    seconds: float
    training: Course  # means over equal stretches of steps, at the end of each
    tests: Course  # each evaluation
    training_loss: float | None = None  # the measures of these names
    training_error: float | None = None
    gradient_ratio: float | None = None
    growth_loss: float | None = None
    confusion: tuple[tuple[int, ...], ...] = ()  # of the last evaluation; [right class][guess]
    early: bool = False  # somebody stopped and kept it

    @property
    def whole(self) -> bool:
        """Whether it ran as long as the others: only then may it be compared."""
        return self.state == "finished" and not self.early


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A comparison over the seeds that finished in all of its arms."""

    comparison: Comparison
    values: tuple[float, ...]  # one a seed
    mean: float | None
    low: float | None  # ends of the 95 % t-interval
    high: float | None
    verdict: Verdict

    @property
    def n(self) -> int:
        """Pairs."""
        return len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardResult:
    """All runs of a card, made and kept."""

    card: str  # its id
    spec: str  # the experiment as JSON, to see whether it is still the card's
    outcomes: tuple[Outcome, ...]
    cpu_seconds: float  # of the process, evaluations and looks inside counted
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class CardResults:
    """Those of all cards."""

    cards: tuple[CardResult, ...]
