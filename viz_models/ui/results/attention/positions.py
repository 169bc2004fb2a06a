"""Results for the lesson on word order; torch is imported when one is computed."""

import numpy as np

from viz_models.records import OrderResult, OrderSpec, PositionTable
from viz_models.ui.kit.cache import cached


@cached()
def order(spec: OrderSpec) -> OrderResult:
    """One sentence in two orders.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.attention.positions import order as compute

    return compute(spec)


@cached()
def position_table(length: int, d_model: int) -> PositionTable:
    """Return the positional encoding by itself."""
    from viz_models.analysis.attention.positions import position_table as compute

    return compute(length, d_model)


def first_head(spec: OrderSpec) -> dict[str, np.ndarray]:
    """Words and weights for a script that runs alone."""
    from viz_models.analysis.attention.positions import first_head as compute

    return compute(spec)
