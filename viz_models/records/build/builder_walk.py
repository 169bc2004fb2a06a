"""A photo on its way through a network that was just built, block by block."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.build.builder import BuildSpec
from viz_models.records.flow.steps import Step
from viz_models.records.provenance import Provenance

Painted = Literal["activation", "gradient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkSpec:
    """Which network, and what of it is kept."""

    network: BuildSpec
    seed: int = 0
    kept: Painted = "activation"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Walk:
    """What every block gives: the input first, then stem, blocks and head."""

    spec: WalkSpec
    steps: tuple[Step, ...]  # one a part: "input", "stem", then as the network names them, "head"
    values: tuple[np.ndarray, ...]  # float32, shaped so; none where the network was not built
    provenance: Provenance

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the parts are called."""
        return tuple(step.name for step in self.steps)
