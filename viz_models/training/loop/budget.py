"""How much of its budget a run has spent, and what falls due on the way."""

from dataclasses import dataclass

from viz_models.records import RunSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A budget counted in steps, or in seconds where `steps` is 0."""

    steps: int = 0
    seconds: float = 0.0

    def spent(self, step: int, seconds: float) -> float:
        """Share of the budget, 0..1, after so many steps and seconds of training."""
        return min(1.0, step / self.steps if self.steps else seconds / self.seconds)

    def marks(self, step: int, seconds: float, count: int) -> int:
        """How many of `count` marks, evenly spread over the budget, have been passed."""
        if self.steps:
            return step * count // self.steps
        return int(self.spent(step, seconds) * count)

    def over(self, step: int, seconds: float) -> bool:
        """Whether the run has had all of it."""
        return step >= self.steps if self.steps else seconds >= self.seconds


def pace(spec: RunSpec, examples: int) -> Pace:
    """Return the budget of a run over so many training examples; only full batches count."""
    amount, unit = spec.budget.amount, spec.budget.unit
    if unit == "seconds":
        return Pace(seconds=float(amount))
    if unit == "steps":
        return Pace(steps=int(amount))
    samples = amount * examples if unit == "epochs" else amount
    return Pace(steps=max(1, int(samples) // spec.batch_size))
