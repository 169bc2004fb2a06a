"""One score, exactly: its products, their sum, and its share of the row."""

import math

import numpy as np

from viz_models.records import AttentionStages, MaskFill, Score

TOLERANCE = 1e-5  # of the sum of absolute terms


def score(stages: AttentionStages, query: int, key: int, fill: MaskFill = "-inf") -> Score:
    """Recompute one score in float64 from torch's own q and k.

    Args:
        stages: Of the attention that holds it.
        query: Its row.
        key: Its column.
        fill: How `stages` strikes out what a query may not see.

    Raises:
        ValueError: If there is no such query or key; the line says how many there are.

    References:
        Vaswani et al. 2017, eq. 1, arXiv:1706.03762.
    """
    shape = stages.scores.shape
    if not (0 <= query < shape[0] and 0 <= key < shape[1]):
        raise ValueError(
            f"no score ({query}, {key}); choose a query below {shape[0]}, a key below {shape[1]}"
        )
    products = stages.q[query].astype(np.float64) * stages.k[key].astype(np.float64)
    exps = np.exp(stages.masked[query].astype(np.float64))
    denominator = float(exps.sum())
    share = float(exps[key]) / denominator if denominator else math.nan
    hidden = fill == "after" and not stages.allowed[query, key]
    return Score(
        query=query,
        key=key,
        products=products,
        running=products.cumsum(),
        torch_value=float(stages.scores[query, key]),
        tolerance=TOLERANCE * float(np.abs(products).sum()),
        root=math.sqrt(products.size),
        allowed=bool(stages.allowed[query, key]),
        entered=float(stages.masked[query, key]),
        exp=float(exps[key]),
        denominator=denominator,
        weight=0.0 if hidden else share,
        torch_weight=float(stages.weights[query, key]),
    )
