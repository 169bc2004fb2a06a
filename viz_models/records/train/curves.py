"""Curves of runs as a chart asks for them: thinned, and how to look at them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.train.runs import StoredState

Metric = Literal["loss", "accuracy", "gradient norm", "learning rate"]
Examples = Literal["both", "validation", "training"]
Along = Literal["step", "sample", "second"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """Values over the course of a run; all arrays have one length."""

    step: np.ndarray
    sample: np.ndarray
    second: np.ndarray
    value: dict[Metric, np.ndarray]  # NaN where it was none


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunCurve:
    """What one run has told so far."""

    arm: int  # place among the labels that a chart is given
    seed: int
    state: StoredState
    training: Course  # means over stretches of steps
    validation: Course  # each evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveView:
    """How a chart shows runs."""

    metric: Metric = "loss"
    examples: Examples = "both"
    along: Along = "sample"
    log: bool = False
    smoothing: float = 0.0  # of training values, 0..1: share of what came before
