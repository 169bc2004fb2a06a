"""How much two heat maps of one photo agree."""

import numpy as np
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from viz_models.records.flow.attribution import Agreement

STRONGEST = 0.1  # share of the pixels


def agreement(a: np.ndarray, b: np.ndarray) -> Agreement:
    """Rank correlation over all pixels, and how many of the strongest tenth are the same.

    Args:
        a: (H, W), >= 0.
        b: The same shape.

    Raises:
        ValueError: If the shapes differ.

    References:
        Both measures on saliency maps: section 4 of arXiv:1810.03292.
    """
    if a.shape != b.shape:
        raise ValueError(f"two maps of one photo are needed, got {a.shape} and {b.shape}")
    constant = np.ptp(a) == 0 or np.ptp(b) == 0
    correlation = None if constant else float(spearmanr(a.ravel(), b.ravel()).statistic)
    count = max(1, round(STRONGEST * a.size))
    both = np.intersect1d(_strongest(a, count), _strongest(b, count))
    return Agreement(correlation, len(both) / count, count / a.size)


def _strongest(heat: np.ndarray, count: int) -> np.ndarray:
    """Pixel numbers; of equal ones, those in the middle of the photo's order first."""
    return np.argsort(-heat.ravel(), kind="stable")[:count]
