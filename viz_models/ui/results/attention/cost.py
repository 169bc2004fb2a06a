"""Results for the lesson on cost: recorded ones, and times measured on this machine."""

from collections.abc import Iterator, Sequence

import streamlit as st

from viz_models.recordings import attention as recordings_attention
from viz_models.records import CostPoint, CostRun, CostSpec, PathPoint
from viz_models.ui.kit import cache
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.turns import TURNS

_HERE = "forward_pass.cost_here"


@cached(turn=False)
def recorded() -> CostRun:
    """Return what was measured once, up to 4096 tokens."""
    return recordings_attention.load_cost()


def here() -> CostRun | None:
    """Return what this session measured last on this machine; None if nothing yet."""
    run: CostRun | None = st.session_state.get(_HERE)
    return run


def measured(spec: CostSpec) -> Iterator[tuple[float, CostPoint | PathPoint]]:
    """Measure now, part by part; what there is so far is kept, also when somebody stops.

    Yields:
        The share that is done, and the part.
    """
    from viz_models.analysis.attention import cost

    found: list[CostPoint | PathPoint] = []
    parts = cost.parts(spec)
    while part := _next(parts):
        found.append(part)
        if isinstance(part, CostPoint):
            st.session_state[_HERE] = cost.collected(spec, found, "measured now")
        yield len(found) / cost.total(spec), part


def _next(parts: Iterator[CostPoint | PathPoint]) -> CostPoint | PathPoint | None:
    """Measure one part when it is this reader's turn; None at the end."""
    with TURNS.taken(cache.person(), wanted=cache.Waiting()):
        return next(parts, None)


def parts(run: CostRun) -> Sequence[int]:
    """How many parts were measured, and how many were asked for."""
    spec = run.spec
    asked = len(spec.kinds) * (len(spec.sizes) + len(spec.path_sizes))
    return len(run.points) + len(run.paths), asked
