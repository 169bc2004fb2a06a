"""Which pixels spoke for a class: what is asked of a method, and what it answers."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from viz_models.records.flow.inputs import TraceSpec
from viz_models.records.provenance import Provenance

Method = Literal["saliency", "integrated-gradients", "grad-cam", "guided-grad-cam", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)
SLOW: tuple[Method, ...] = ("integrated-gradients", "occlusion")  # many passes, not one or two


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionSpec:
    """One method on one photo, for one class."""

    trace: TraceSpec = field(default_factory=TraceSpec)
    method: Method = "grad-cam"
    target: int | None = None  # a class; None is the one with the highest score
    steps: int = 50  # of integrated gradients
    randomized: bool = False  # with weights drawn anew, as a sanity check


@dataclass(frozen=True, slots=True)
class Completeness:
    """What integrated gradients must add up to, and what they do."""

    total: float  # of all attributions
    expected: float  # score of the photo minus score of the baseline
    steps: int  # points on the way between the two

    @property
    def gap(self) -> float | None:
        """|total - expected| / |expected|; None where nothing is expected."""
        return abs(self.total - self.expected) / abs(self.expected) if self.expected else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Attribution:
    """What a method says about one photo and one class."""

    spec: AttributionSpec
    target: int  # the class
    score: float  # its logit
    values: np.ndarray  # (C, H, W) float32 as the method gave them; (1, h, w) for Grad-CAM
    heat: np.ndarray  # (H, W) float32, >= 0: what is drawn
    against: float | None  # share of |values| that speaks against the class; None: unsigned
    completeness: Completeness | None  # of integrated gradients
    layer: str  # whose maps Grad-CAM weighs; "" for other methods
    passes: int  # times that the network ran, backwards not counted
    seconds: float
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two heat maps of one photo are."""

    rank_correlation: float | None  # Spearman's, over all pixels; None where a map is constant
    overlap: float  # share of the strongest tenth of the pixels that both have in common
    chance: float  # overlap that two unrelated maps would have
