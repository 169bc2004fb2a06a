"""Runs as the run store knows them."""

from dataclasses import dataclass
from typing import Literal

from viz_models.language import N_
from viz_models.records.train.experiments import ExperimentSpec, RunSpec, StepRecord

StoredState = Literal[
    "queued",
    "starting",
    "running",
    "paused",
    "finished",
    "failed",
    "cancelled",
    "timed_out",
    "diverged",
    "lost",
]
STATE_NAMES: dict[str, str] = {  # what people read; a run that was stopped has ended early
    "queued": N_("queued"),
    "starting": N_("starting"),
    "running": N_("running"),
    "paused": N_("paused"),
    "finished": N_("finished"),
    "stopped early": N_("stopped early"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "timed_out": N_("timed out"),
    "diverged": N_("diverged"),
    "lost": N_("lost"),
}
ENDED: tuple[StoredState, ...] = (
    "finished",
    "failed",
    "cancelled",
    "timed_out",
    "diverged",
    "lost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of an experiment: what was asked, and how it stands."""

    id: str  # uuid4, hex
    experiment: str  # its id
    arm: int  # place among the experiment's arms
    spec: RunSpec
    state: StoredState
    reason: str = ""  # one line: why it failed, or what it waits for
    attempt: int = 0  # starts so far
    step: int = 0  # last step that is stored
    share: float = 0.0  # of the budget, 0..1
    accuracy: float | None = None  # of the last evaluation
    device: str = ""  # "cpu, 1 thread", once it started
    created: float = 0.0  # seconds since 1970
    started: float | None = None
    ended: float | None = None
    place: int = 0  # in the queue, 1 is next; 0: does not wait
    wait_s: float | None = None  # estimate, while it waits

    @property
    def early(self) -> bool:
        """Whether somebody stopped and kept it: finished, but not as long as it was to run."""
        return self.state == "finished" and bool(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What a person started, with all its runs."""

    id: str  # uuid4, hex; the page's ?run=
    owner: str
    name: str
    spec: ExperimentSpec
    created: float
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What a run has told after some place in its record."""

    after: int  # give this back to read on
    steps: tuple[StepRecord, ...]  # without their moments' arrays
