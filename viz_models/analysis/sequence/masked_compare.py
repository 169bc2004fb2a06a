"""Compare masked language models that were trained with other dice, seed by seed."""

from dataclasses import fields

from viz_models.analysis import seed_noise
from viz_models.records.sequence.masked_words import (
    ARMS,
    Arm,
    Compared,
    MaskedRun,
    MaskedRuns,
    MaskedScores,
    Measured,
)

BASE: Arm = "bert"
SCORES = tuple(field.name for field in fields(MaskedScores))


def compared(runs: MaskedRuns) -> tuple[Compared, ...]:
    """Return every way to spoil words beside 80/10/10, over pairs of equal seeds."""
    by_arm: dict[Arm, dict[int, MaskedRun]] = {arm: {} for arm in ARMS}
    for run in runs.runs:
        by_arm[run.arm][run.seed] = run
    return tuple(
        Compared(
            arm=arm,
            scores={
                score: _measured(score, own, by_arm[BASE] if arm != BASE else {})
                for score in SCORES
            },
        )
        for arm, own in by_arm.items()
    )


def _measured(score: str, runs: dict[int, MaskedRun], base: dict[int, MaskedRun]) -> Measured:
    values = tuple(getattr(runs[seed].scores, score) for seed in sorted(runs))
    mean, low, high = seed_noise.interval(values)
    assert mean is not None
    both = sorted(runs.keys() & base.keys())
    pairs = [getattr(runs[s].scores, score) - getattr(base[s].scores, score) for s in both]
    difference, below, above = seed_noise.interval(pairs)
    return Measured(
        mean=mean,
        values=values,
        low=low,
        high=high,
        difference=difference,
        difference_low=below,
        difference_high=above,
        verdict=seed_noise.verdict(len(pairs), below, above) if pairs else None,
    )
