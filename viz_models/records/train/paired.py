"""A difference between two ways of training, over runs that are paired by seed."""

from dataclasses import dataclass
from typing import Literal

from viz_models.language import N_

Verdict = Literal["higher", "lower", "not larger than the seed noise", "too few pairs"]
VERDICTS: tuple[Verdict, ...] = (  # as people read them; listed for translators
    N_("higher"),
    N_("lower"),
    N_("not larger than the seed noise"),
    N_("too few pairs"),
)


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
