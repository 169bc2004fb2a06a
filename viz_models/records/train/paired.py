"""A difference between two ways of training, over runs that are paired by seed."""

from dataclasses import dataclass

from viz_models.records.normalization.training import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The mean of paired differences and its 95 % t-interval."""

    n: int  # pairs
    mean: float
    low: float
    high: float
    verdict: Verdict

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.verdict in ("higher", "lower")
