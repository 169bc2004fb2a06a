"""A photo on its way through a network that was just built, block by block."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.build.builder import BuildSpec
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
    names: tuple[str, ...]  # "input", "stem", then as the network names them, "head" last
    shapes: tuple[tuple[int, ...], ...]  # C H W of maps, T C of tokens, C of vectors
    values: tuple[np.ndarray, ...]  # float32, shaped so; none where the network was not built
    parameters: tuple[int, ...]  # of each part
    skips: tuple[bool, ...]  # whether a part's input also goes around it
    provenance: Provenance
