"""How good a detector is on many scenes, and what it costs to wire its parts in four ways."""

import platform
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torchvision import ops
from torchvision.ops import boxes as box_ops

from viz_models.analysis.vision.detector import LEVEL, SIZE, variant
from viz_models.analysis.vision.detector_boxes import average_precision, curve, iou, judged
from viz_models.analysis.vision.detector_pooling import pooled
from viz_models.images.scenes import scene as draw
from viz_models.models import detectors
from viz_models.records.vision.detector import DetectSpec, Pool, Quality, Wiring
from viz_models.records.vision.scene import Scene, SceneSpec

if TYPE_CHECKING:
    from torchvision.models.detection import MaskRCNN

FIRST_SEED = 10_000  # of the scenes for tests; the page offers lower ones
SCENES = 500
LEVELS = (50, 75, 90)  # percent of IoU
LEAST_SCORE = 0.05  # so that the curve has an end
CURVE_POINTS = 60  # that are kept of precision over recall
WINDOWS = 200  # boxes from outside, as selective search would propose them
CROP = 28  # px that R-CNN enlarges every box to: then its feature map is 7x7
REPEATS = 30
Judged = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def unseen_scenes(count: int = SCENES) -> Iterator[Scene]:
    """Draw scenes of test digits, none of which any page shows unless it is asked to."""
    return (draw(SceneSpec(seed=FIRST_SEED + i)) for i in range(count))


def quality(
    model: "MaskRCNN",
    pool: Pool = "roi_align",
    count: int = SCENES,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Quality:
    """Measure average precision, mask IoU and box IoU on test scenes.

    Args:
        model: In eval mode.
        pool: Used in both heads, whatever the network was trained with.
        count: How many scenes.
        told: How many scenes are done, and of how many.
    """
    changed = variant(model, DetectSpec(pool=pool, least_score=LEAST_SCORE))
    every: list[Judged] = []
    masks, boxes = [], []
    for done, scene in enumerate(unseen_scenes(count), 1):
        with torch.no_grad():
            found = changed([torch.from_numpy(scene.image)[None]])[0]
        digits = found["labels"].numpy() - 1
        mine, sure = found["boxes"].numpy(), found["scores"].numpy()
        every.append((mine, digits, sure, scene.boxes, np.array(scene.labels, np.int64)))
        pairs = _matches(mine, digits, scene)
        boxes += [overlap for _, _, overlap in pairs]
        for i, j, _ in pairs:
            masks.append(mask_iou(found["masks"][i, 0].numpy() >= 0.5, scene.masks[j]))
        told(done, count)
    recall, precision = curve(judged(every, 0.5))
    kept = np.unique(np.linspace(0, len(recall) - 1, CURVE_POINTS).astype(int))
    return Quality(
        pool=pool,
        average_precision={str(n): average_precision(judged(every, n / 100)) for n in LEVELS},
        mask_iou=float(np.mean(masks)) if masks else 0.0,
        box_iou=float(np.mean(boxes)) if boxes else 0.0,
        recall=tuple(recall[kept].tolist()) if len(recall) else (),
        precision=tuple(precision[kept].tolist()) if len(recall) else (),
        scenes=count,
    )


def _matches(boxes: np.ndarray, digits: np.ndarray, scene: Scene) -> list[tuple[int, int, float]]:
    """For each true digit the surest found thing of its class with IoU >= 0.5, and that IoU."""
    pairs = []
    overlap = iou(boxes, scene.boxes)
    for j, digit in enumerate(scene.labels):
        good = np.flatnonzero((overlap[:, j] >= 0.5) & (digits == digit))  # the surest come first
        if len(good):
            pairs.append((int(good[0]), j, float(overlap[good[0], j])))
    return pairs


def mask_iou(a: np.ndarray, b: np.ndarray) -> float:
    """Return the intersection over union of two masks (H, W) bool; 0 if both are empty."""
    either = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / either) if either else 0.0


# ---------------------------------------------------------------- four wirings


def wirings(model: "MaskRCNN", scene: Scene, repeats: int = REPEATS) -> tuple[Wiring, ...]:
    """Time R-CNN, Fast R-CNN, Faster R-CNN and Mask R-CNN on one scene, in turns.

    All four are made of the same trained parts; only what runs how often differs. R-CNN and Fast
    R-CNN get their boxes from outside (here: sliding windows, whose time is not counted).

    References:
        Girshick et al. 2014, arXiv:1311.2524. Girshick 2015, arXiv:1504.08083. Ren et al. 2015,
        arXiv:1506.01497. He et al. 2017, arXiv:1703.06870.
    """
    image = torch.from_numpy(scene.image)[None]
    with torch.no_grad():
        ways = _ways(model, image)
        counts = [way() for way in ways.values()]
        seconds = np.array([[_timed(way) for way in ways.values()] for _ in range(repeats)])
    quartiles = np.quantile(seconds * 1000, (0.25, 0.5, 0.75), axis=0)
    return tuple(
        Wiring(
            name=name,
            boxes=counts[i],
            backbones=counts[i] if name == "R-CNN" else 1,
            milliseconds=(float(quartiles[0, i]), float(quartiles[1, i]), float(quartiles[2, i])),
            repeats=repeats,
        )
        for i, name in enumerate(ways)
    )


def _timed(way: Callable[[], int]) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def _ways(model: "MaskRCNN", image: Tensor) -> dict[str, Callable[[], int]]:
    """Each returns how many boxes went through its head."""
    heads = model.roi_heads

    def head(pooled_boxes: Tensor, boxes: Tensor) -> int:
        logits, deltas = heads.box_predictor(heads.box_head(pooled_boxes))
        heads.postprocess_detections(logits, deltas, [boxes], [SIZE])
        return len(boxes)

    def r_cnn() -> int:
        images, _ = model.transform([image])
        boxes = windows(model)
        crops = ops.roi_align(images.tensors, [boxes], CROP, 1.0)
        return head(model.backbone(crops), boxes)

    def fast() -> int:
        images, _ = model.transform([image])
        boxes = windows(model)
        return head(pooled(model.backbone(images.tensors), boxes, "roi_align"), boxes)

    def faster() -> int:
        images, _ = model.transform([image])
        features = {LEVEL: model.backbone(images.tensors)}
        boxes = model.rpn(images, features)[0][0]
        return head(pooled(features[LEVEL], boxes, "roi_align"), boxes)

    def mask() -> int:
        model([image])
        return faster_boxes

    faster_boxes = faster()
    return {"R-CNN": r_cnn, "Fast R-CNN": fast, "Faster R-CNN": faster, "Mask R-CNN": mask}


def windows(model: "MaskRCNN") -> Tensor:
    """(200, 4): sliding windows of all six shapes, evenly over the scene."""
    side = SIZE[0] // detectors.STRIDE
    grid, stride = [[side, side]], [[torch.tensor(detectors.STRIDE)] * 2]
    anchors = model.rpn.anchor_generator.grid_anchors(grid, stride)[0]
    chosen = torch.linspace(0, len(anchors) - 1, WINDOWS).long()
    clipped: Tensor = box_ops.clip_boxes_to_image(anchors[chosen].float(), SIZE)
    return clipped


def machine() -> str:
    """Return what computed: "x86_64, one thread"."""
    threads = torch.get_num_threads()
    return f"{platform.machine()}, {'one thread' if threads == 1 else f'{threads} threads'}"
