"""What a norm lets through on the way back."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.normalization.axes import NormSpec
from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GradientFacts:
    """What a norm lets through on the way back, by autograd in float64; no NaN.

    "Arriving" is the gradient at x-hat, "passed" the one at x times sqrt(variance + eps), so that
    the two can be compared.
    """

    spec: NormSpec
    mean_arriving: np.ndarray  # (G,)
    mean_passed: np.ndarray  # (G,): 0 where the norm subtracts a mean
    projection_arriving: np.ndarray  # (G,): mean of gradient * x-hat
    projection_passed: np.ndarray  # (G,)
    projection_expected: (
        np.ndarray
    )  # (G,): what eps leaves of it, arriving * eps / (variance + eps)
    scales: np.ndarray  # (K,): the input times this
    gradient_norms: np.ndarray  # (K,): of dL/dx
    refusal: str  # torch's message where it raised; arrays are then 0
    provenance: Provenance
