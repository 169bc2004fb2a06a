"""A detector's stages, one box through its second half, and how good it is on many scenes."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance
from viz_models.records.vision.scene import Scene, SceneSpec

Pool = Literal["roi_align", "roi_pool", "aligned"]  # aligned: RoIAlign with aligned=True
Box = tuple[float, float, float, float]  # left, top, right, bottom in px
POOLS: tuple[Pool, ...] = ("roi_align", "roi_pool", "aligned")
PROPOSAL_NMS, FINAL_NMS, LEAST_SCORE = 0.7, 0.5, 0.5
FIRST_BOX: Box = (17.0, 22.0, 31.0, 41.0)  # a little beside a digit of the first scene


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectSpec:
    """A scene, and the choices that a reader may change."""

    scene: SceneSpec = field(default_factory=SceneSpec)
    pool: Pool = "roi_align"
    proposal_nms: float = PROPOSAL_NMS  # IoU above which the less likely proposal goes
    final_nms: float = FINAL_NMS  # the same for what is found, within a class
    least_score: float = LEAST_SCORE  # of what is found


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Proposals:
    """The region proposal network: A anchors, K of them before NMS, P after it."""

    anchors: np.ndarray  # (A, 4), cell by cell, six a cell
    objectness: np.ndarray  # (A,) logits
    best_iou: np.ndarray  # (A,) with any digit of the scene; 0 without digits
    boxes: np.ndarray  # (A, 4) anchors after the refinement, clipped to the scene
    candidates: np.ndarray  # (K,) int64 of the anchors before NMS, the likeliest first
    kept: np.ndarray  # (P,) int64 of the anchors after NMS
    removed_by: np.ndarray  # (K,) int64: the anchor whose box removed it, -1 where it stayed


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What the network says is there: D things."""

    boxes: np.ndarray  # (D, 4)
    digits: np.ndarray  # (D,) int64
    scores: np.ndarray  # (D,)
    small_masks: np.ndarray  # (D, 28, 28) probabilities
    masks: np.ndarray  # (D, 64, 64) probabilities
    proposal: np.ndarray  # (D,) int64: the proposal each one was made of
    iou: np.ndarray  # (D,) of the box with the best digit of the scene; 0 without digits


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Detection:
    """Every stage of the detector on one scene."""

    spec: DetectSpec
    scene: Scene
    features: np.ndarray  # (32, 16, 16)
    proposals: Proposals
    pooled: np.ndarray  # (P, 32, 7, 7)
    class_scores: np.ndarray  # (P, 11): softmax, the background first
    refined: np.ndarray  # (P, 11, 4): a box for each class
    found: Found
    is_equal: bool  # whether the whole network in one call gives the same, bit for bit
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiSpec:
    """A box that somebody drew on a scene."""

    scene: SceneSpec = field(default_factory=SceneSpec)
    box: Box = FIRST_BOX
    pool: Pool = "roi_align"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Roi:
    """One box through pooling, box head and mask head."""

    spec: RoiSpec
    box: Box  # as it is used: inside of the scene
    remarks: tuple[str, ...]  # what was done to the box, in sentences
    pooled: np.ndarray  # (32, 7, 7)
    scores: np.ndarray  # (11,): softmax, the background first
    digit: int  # the likeliest one that is not the background
    refined: Box  # for that digit
    mask: np.ndarray  # (28, 28) probabilities, for that digit
    pasted: np.ndarray  # (64, 64): the mask in its place
    iou: float  # of the box with the best digit of the scene
    refined_iou: float
    max_difference: float  # of our own pooling to torchvision's, over all 1,568 numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor:
    """One value of the feature map that counts for a sample point."""

    y: int
    x: int
    value: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePoint:
    """A point between the cells of the feature map, and its bilinear value."""

    y: float  # in cells of the feature map; an integer is the middle of a cell
    x: float
    neighbors: tuple[Neighbor, ...]  # four, fewer outside; those of weight 0 included

    @property
    def value(self) -> float:
        """Sum of values times weights."""
        return sum(n.value * n.weight for n in self.neighbors)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledCell:
    """How one pooled number is made."""

    channel: int
    row: int
    column: int
    points: tuple[SamplePoint, ...]  # RoIAlign: their mean is the value. RoIPool: none
    window: tuple[int, int, int, int] | None  # RoIPool: top, left, bottom, right; the maximum of it
    value: float  # ours, in float64
    theirs: float  # torchvision's

    @property
    def difference(self) -> float:
        """Distance of ours to torchvision's."""
        return abs(self.value - self.theirs)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moves:
    """How much the pooled numbers of a box change when it moves to the right."""

    shifts: np.ndarray  # (S,) px
    changes: dict[Pool, np.ndarray]  # (S,): norm of the change / norm at rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good a detector is on many scenes."""

    pool: Pool
    average_precision: dict[str, float]  # by least IoU in percent: "50", "75", "90"
    mask_iou: float  # mean over the things found with IoU >= 0.5
    box_iou: float
    recall: tuple[float, ...]  # of the curve for 50 %
    precision: tuple[float, ...]
    scenes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """One way to connect the parts, and the time it takes."""

    name: str
    boxes: int  # that go through the head
    backbones: int  # how often the backbone runs
    milliseconds: tuple[float, float, float]  # lower quartile, median, upper quartile
    repeats: int
