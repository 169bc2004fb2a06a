"""One drawn box through the second half of the detector, and how one pooled number is made."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torchvision.models.detection.roi_heads import maskrcnn_inference, paste_masks_in_image
from torchvision.ops import boxes as box_ops

from viz_models.analysis.vision.detector import LEVEL, SIZE, variant
from viz_models.analysis.vision.detector_boxes import best_iou
from viz_models.analysis.vision.detector_pooling import (
    as_tensor,
    own,
    points,
    pooled,
    sample,
    window,
)
from viz_models.images.scenes import scene as draw
from viz_models.language import gettext as _
from viz_models.models import detectors
from viz_models.records.vision.detector import (
    POOLS,
    Box,
    DetectSpec,
    Moves,
    Pool,
    PooledCell,
    Roi,
    RoiSpec,
)
from viz_models.records.vision.scene import SCENE_SIDE, SceneSpec

if TYPE_CHECKING:
    from torchvision.models.detection import MaskRCNN

FARTHEST = 4.0  # px: one cell of the feature map


def inside(box: Box) -> tuple[Box, tuple[str, ...]]:
    """Return the part of a box that lies in the scene, and what was done to it in sentences.

    Raises:
        ValueError: With one line for the reader, if nothing is left.
    """
    if not all(np.isfinite(box)):
        raise ValueError(_("the box needs four numbers: left,top,right,bottom in pixels"))
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        raise ValueError(
            _(
                "the box {box} has no area: right must be larger than left, and bottom larger "
                "than top"
            ).format(box=_said(box))
        )
    clipped = tuple(float(min(max(edge, 0), SCENE_SIDE)) for edge in box)
    left, top, right, bottom = clipped
    if right <= left or bottom <= top:
        raise ValueError(
            _("the box {box} lies outside of the scene; choose 0 to {side}").format(
                box=_said(box), side=SCENE_SIDE
            )
        )
    remarks = [f"The box was clipped to the scene: {_said(clipped)}."] if clipped != box else []
    if min(right - left, bottom - top) < detectors.STRIDE:
        remarks.append(
            f"The box is smaller than one cell of the feature map ({detectors.STRIDE} px). "
            "RoIAlign with aligned=False and RoIPool read it as one cell."
        )
    return (left, top, right, bottom), tuple(remarks)


def _said(box: tuple[float, ...]) -> str:
    return ",".join(f"{edge:g}" for edge in box)


def features_of(model: "MaskRCNN", spec: SceneSpec) -> Tensor:
    """(1, 32, 16, 16): the feature map of a scene."""
    images, _ = model.transform([torch.from_numpy(draw(spec).image)[None]])
    features: Tensor = model.backbone(images.tensors)
    return features


def roi(spec: RoiSpec) -> Roi:
    """Send one box through pooling, box head and mask head.

    Raises:
        ValueError: With one line for the reader, if the box or the scene is impossible.
    """
    box, remarks = inside(spec.box)
    with detectors.digits_mask_rcnn() as shared, torch.no_grad():
        model = variant(shared, DetectSpec(scene=spec.scene, pool=spec.pool))
        heads, features = model.roi_heads, features_of(model, spec.scene)
        small = heads.box_roi_pool({LEVEL: features}, [as_tensor(box)], [SIZE])
        logits, deltas = heads.box_predictor(heads.box_head(small))
        scores = F.softmax(logits, -1)[0]
        label = int(scores[1:].argmax()) + 1
        refined = heads.box_coder.decode(deltas, [as_tensor(box)])
        refined = box_ops.clip_boxes_to_image(refined, SIZE)[:, label]
        mask = _mask(model, features, refined, label)
        masks = paste_masks_in_image(mask, refined, SIZE)
    truth = draw(spec.scene).boxes
    mine = own(features[0].numpy(), box, spec.pool)
    return Roi(
        spec=spec,
        box=box,
        remarks=remarks,
        pooled=small[0].numpy(),
        scores=scores.numpy(),
        digit=label - 1,
        refined=_box(refined.numpy()),
        mask=mask[0, 0].numpy(),
        pasted=masks[0, 0].numpy(),
        iou=float(best_iou(np.array([box], np.float32), truth)[0]),
        refined_iou=float(best_iou(refined.numpy(), truth)[0]),
        max_difference=float(np.abs(mine - small[0].numpy()).max()),
    )


def _box(boxes: np.ndarray) -> Box:
    left, top, right, bottom = (float(edge) for edge in boxes[0])
    return left, top, right, bottom


def _mask(model: "MaskRCNN", features: Tensor, boxes: Tensor, label: int) -> Tensor:
    """(1, 1, 28, 28): the probability that a pixel belongs to the thing, for one class."""
    heads = model.roi_heads
    maps = heads.mask_roi_pool({LEVEL: features}, [boxes], [SIZE])
    logits = heads.mask_predictor(heads.mask_head(maps))
    mask: Tensor = maskrcnn_inference(logits, [torch.tensor([label])])[0]
    return mask


def moves(spec: RoiSpec) -> Moves:
    """Move a box to the right by up to one cell, and see how much its 1,568 numbers change.

    Raises:
        ValueError: With one line for the reader, if the box or the scene is impossible.
    """
    box, _ = inside(spec.box)
    with detectors.digits_mask_rcnn() as model, torch.no_grad():
        features = features_of(model, spec.scene)
    shifts = np.linspace(0, FARTHEST, 81)
    moved = as_tensor(box) + torch.from_numpy(shifts).float()[:, None] * torch.tensor(
        [1.0, 0.0, 1.0, 0.0]
    )
    changes = {}
    for pool in POOLS:
        numbers = pooled(features, moved, pool).flatten(1)
        at_rest = numbers[0].norm().clamp(min=1e-12)
        changes[pool] = ((numbers - numbers[0]).norm(dim=1) / at_rest).numpy()
    return Moves(shifts=shifts, changes=changes)


def cell(spec: RoiSpec, channel: int, row: int, column: int) -> PooledCell:
    """Open one pooled number: the sample points, or the window, that made it.

    Raises:
        ValueError: With one line for the reader, if there is no such number or box.
    """
    limits = (detectors.CHANNELS, detectors.POOLED, detectors.POOLED)
    if not all(0 <= i < n for i, n in zip((channel, row, column), limits, strict=True)):
        raise ValueError(
            f"there is no pooled number {channel},{row},{column}; a box has "
            f"{limits[0]} channels of {limits[1]}x{limits[2]}"
        )
    box, _ = inside(spec.box)
    with detectors.digits_mask_rcnn() as model, torch.no_grad():
        features = features_of(model, spec.scene)
    theirs = float(pooled(features, as_tensor(box), spec.pool)[0, channel, row, column])
    plane = features[0, channel].numpy()
    return opened(plane, box, spec.pool, (channel, row, column), theirs)


def opened(
    plane: np.ndarray, box: Box, pool: Pool, where: tuple[int, int, int], theirs: float
) -> PooledCell:
    """How one plane (H, W) becomes one pooled number."""
    channel, row, column = where
    made: dict[str, object]
    if pool == "roi_pool":
        top, left, bottom, right = edges = window(box, row, column, plane.shape)
        area = plane[top:bottom, left:right]
        made = {"points": (), "window": edges, "value": float(area.max()) if area.size else 0.0}
    else:
        found = points(box, row, column, aligned=pool == "aligned")
        samples = tuple(sample(plane, y, x) for y, x in found)
        mean = sum(s.value for s in samples) / len(samples)
        made = {"points": samples, "window": None, "value": mean}
    return PooledCell(channel=channel, row=row, column=column, theirs=theirs, **made)  # type: ignore[arg-type]
