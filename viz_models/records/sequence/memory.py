"""What the last output of a network still knows of each earlier input: specs and results."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.sequence.translators import TranslateSpec

Cell = Literal["rnn", "lstm", "gru", "attention"]
LENGTHS = (10, 40, 80)  # inputs, of the recorded runs
LONG = 40  # inputs; longer sequences get fewer steps
SYMBOLS = 8  # different inputs; a guess is right once in so many
WIDTH = 16  # numbers of an input
HIDDEN = 32  # numbers of a state


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSpec:
    """A network that reads a sequence of symbols and then says the first one."""

    cell: Cell = "lstm"
    forget_bias: float = 0.0  # added to torch's own bias of the forget gate; only an LSTM has it
    length: int = 40  # inputs
    seed: int = 0  # of its first weights


READERS = (
    ReaderSpec(cell="rnn"),
    ReaderSpec(cell="gru"),
    ReaderSpec(cell="lstm"),
    ReaderSpec(cell="lstm", forget_bias=1.0),
    ReaderSpec(cell="lstm", forget_bias=4.0),
    ReaderSpec(cell="attention"),
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Influence:
    """How strongly the logit of the right answer depends on each input. T inputs."""

    spec: ReaderSpec
    norms: np.ndarray  # (T,) float32: ||d logit / d input_t||, mean over the sequences
    kept: np.ndarray  # (T,) float32: mean forget gate at each step; empty but for an LSTM
    factor: float  # what one step should multiply by; see `step_factor`
    sequences: int
    provenance: Provenance

    def share(self, at: int) -> float:
        """Return the influence of input `at`, counted from 0, over that of the last one."""
        return float(self.norms[at]) / float(self.norms[-1])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MemoryRun:
    """One network, trained until it says the first symbol in 99 % of cases, or given up."""

    spec: ReaderSpec
    parameters: int
    steps: int  # that were made
    solved: bool
    accuracy: float  # on fresh sequences, at the end
    before: np.ndarray  # (T,) float32: `Influence.norms` of the first weights
    after: np.ndarray  # (T,) float32: of the last ones


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTraining:
    """How the recorded networks are trained: Adam, gradients of norm 1 at most."""

    steps: int = 2000  # at most
    steps_when_long: int = 1000  # at most, with more than 40 inputs: each takes twice as long
    batch_size: int = 64
    lr: float = 3e-3
    solved_at: float = 0.99  # share of right answers
    every: int = 25  # steps between two tests
    tested_on: int = 1000  # fresh sequences
    seeds: int = 5

    def most_steps(self, length: int) -> int:
        """Return how many steps a reader of so many inputs may take."""
        return self.steps if length <= LONG else self.steps_when_long


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MemoryGrid:
    """All readers at all lengths, each with several seeds."""

    training: MemoryTraining
    runs: tuple[MemoryRun, ...]
    cpu_seconds: float
    provenance: Provenance

    def of(self, reader: ReaderSpec, length: int) -> tuple[MemoryRun, ...]:
        """Return the runs of one kind of reader, one a seed."""
        return tuple(
            r
            for r in self.runs
            if (r.spec.cell, r.spec.forget_bias, r.spec.length)
            == (reader.cell, reader.forget_bias, length)
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Carried:
    """How strongly each state of a trained encoder still depends on each word it has read."""

    spec: TranslateSpec
    words: tuple[str, ...]  # S of them, the last is <eos>
    unknown: tuple[str, ...]
    norms: np.ndarray  # (S, S) float32: ||d h_t / d x_s||, 0 where word s comes after word t
    provenance: Provenance

    @property
    def shares(self) -> np.ndarray:
        """Return each row over the influence of the word just read."""
        own: np.ndarray = np.diagonal(self.norms)[:, None]
        return self.norms / own
