"""Attention over an image: what was asked, and who looked at which patch."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitSpec:
    """One of scikit-learn's digits that the small vision Transformer was not trained on."""

    index: int = 0  # of the 360 test digits


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PatchAttention:
    """All attention weights of a vision Transformer on one image. L layers, H heads, P patches."""

    picture: np.ndarray  # (side, side, 3) uint8, what the network saw, before normalization
    grid: int  # patches in a row; P = grid * grid, row by row
    weights: np.ndarray  # (L, H, 1 + P, 1 + P) query by key; 0 is [cls]
    labels: tuple[str, ...]  # the likeliest classes, first the likeliest
    probabilities: tuple[float, ...]  # theirs
    truth: str  # "" where nobody knows
    accuracy: float | None  # of the network on its test set, 0..1, where it was measured
    max_difference: float  # of all attention outputs, to nn.MultiheadAttention's
    provenance: Provenance

    def looks(self, layer: int, head: int, query: int) -> np.ndarray:
        """(grid, grid) weights that a query gives to the patches; the rest goes to [cls]."""
        return self.weights[layer, head, query, 1:].reshape(self.grid, self.grid)

    def every_look(self, query: int) -> np.ndarray:
        """(L * H, grid, grid): the same for all heads."""
        return self.weights[:, :, query, 1:].reshape(-1, self.grid, self.grid)

    def distance(self, layer: int, head: int) -> float:
        """How many patches away a patch looks, the mean over patches weighted by attention.

        References:
            Dosovitskiy et al. 2020, fig. 7 (right), arXiv:2010.11929; there in pixels.
        """
        places = np.stack(np.divmod(np.arange(self.grid**2), self.grid), axis=1).astype(np.float64)
        apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
        weights = self.weights[layer, head, 1:, 1:].astype(np.float64)
        return float((weights * apart).sum() / weights.sum())
