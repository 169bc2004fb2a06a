"""Train small masked language models that differ in their dice alone, each with several seeds."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import replace

from viz_models.analysis.sequence.spoiling import context
from viz_models.models.sequence.masked import build, trained
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.recipes.fitting import FitSpec
from viz_models.recipes.sequence import masked
from viz_models.records import Provenance
from viz_models.records.sequence.masked_words import (
    ARMS,
    Arm,
    MaskedContext,
    MaskedRun,
    MaskedRuns,
)
from viz_models.training.data.pairs import test_together

SEEDS = range(5)  # a run takes 35 to 70 s of one core
RATES = (0.02, 0.05, 0.15, 0.3, 0.5, 0.8, 1.0)
THROWS = 3

Told = Callable[[int, int], None]


def arms(told: Told, spec: FitSpec = masked.SPEC, pairs: int = masked.TEST_PAIRS) -> MaskedRuns:
    """Train four ways to spoil the chosen words, each with every seed."""
    wanted: list[tuple[Arm, int]] = [(arm, seed) for seed in SEEDS for arm in ARMS]
    runs = []
    with one_thread():
        for done, (arm, seed) in enumerate(wanted):
            told(done, len(wanted))
            runs.append(run(arm, replace(spec, seed=seed), pairs))
    told(len(wanted), len(wanted))
    return recorded(runs, spec, pairs)


def run(arm: Arm, spec: FitSpec, pairs: int) -> MaskedRun:
    """Train one network from random weights, and test it."""
    model = build(spec.seed)
    for _ in masked.train(model, spec, ARMS[arm]):
        pass
    return MaskedRun(arm=arm, seed=spec.seed, scores=masked.measured(model, pairs))


def recorded(runs: Iterable[MaskedRun], spec: FitSpec, pairs: int) -> MaskedRuns:
    """Put runs together with how they were trained and tested."""
    return MaskedRuns(
        runs=tuple(runs),
        steps=spec.steps,
        batch_size=spec.batch_size,
        pairs=pairs,
        provenance=_now(),
    )


def contexts(told: Told, pairs: int = masked.TEST_PAIRS) -> MaskedContext:
    """Mask larger and larger shares of the words that the shipped network reads."""
    rows = masked.together(test_together(pairs, masked.TEST_SEED))
    points = []
    with one_thread(), trained("masked_bert") as model:
        for done, rate in enumerate(RATES):
            told(done, len(RATES))
            points.append(context(model, rows, rate, THROWS))
    told(len(RATES), len(RATES))
    return MaskedContext(points=tuple(points), pairs=pairs, provenance=_now())


def _now() -> Provenance:
    return Provenance(
        kind="recorded run",
        device="cpu, one thread",
        date=datetime.date.today().isoformat(),
        versions=torch_version(),
    )
